import type { ItemState, UserState } from '@freshet/contracts'

/** The states that a fold reads and changes, all at hand: who calls a fold has brought them. */
export interface States {
  user(userId: string): UserState | undefined
  item(itemId: string): ItemState | undefined
  /** Keeps a changed state; `undefined` forgets the user. */
  saveUser(userId: string, state: UserState | undefined): void
  saveItem(itemId: string, state: ItemState): void
}
