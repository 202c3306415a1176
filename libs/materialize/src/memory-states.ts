import type { ItemState, UserState } from '@freshet/contracts'
import type { KnownItems } from './known-items'
import type { States } from './states'

/** States that live as long as the process. */
export function memoryStates(known: KnownItems): States {
  const users = new Map<string, UserState>()
  const items = new Map<string, ItemState>()
  return {
    user: (userId) => users.get(userId),
    item: (itemId) => items.get(itemId),
    saveUser: (userId, state) => void (state === undefined ? users.delete(userId) : users.set(userId, state)),
    saveItem(itemId, state) {
      items.set(itemId, state)
      known.set(itemId, state.known)
    },
  }
}
