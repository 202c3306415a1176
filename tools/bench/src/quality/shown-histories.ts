import { mix64, randomUnit } from '@freshet/kernel'
import type { ItemsByUser } from './ranking-task'

/** Histories as examples, of which some part is hidden. */
export class ShownHistories {
  /** By user: what they had, once each. */
  readonly lists: ItemsByUser
  /** Users that have something to learn from. */
  readonly users: readonly number[]

  constructor(
    histories: ItemsByUser,
    private readonly by: { readonly hidden: number; readonly seed: number },
  ) {
    this.lists = histories.map((history) => [...new Set(history)])
    this.users = [...histories.keys()].filter((user) => histories[user].length > 0)
  }

  /** The user of an example: they come again in each pass. */
  userOf(example: number): number {
    return this.users[example % this.users.length]
  }

  /** Whether the item at a place of its user's list is shown: pass after pass and epoch after epoch, others are. */
  isShown(example: number, epoch: number, place: number): boolean {
    return randomUnit(mix64(this.by.seed, mix64(epoch, example)), place, 0) >= this.by.hidden
  }
}
