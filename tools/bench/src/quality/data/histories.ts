import type { ItemsByUser } from '../ranking-task'
import { cellsOf, numberIn } from './lines'

/** Reads lines of `user item item …`: items by user in the order of the line, by the file's own numbers. A user without a line has none. */
export const readLists = (path: string): number[][] =>
  byUser(
    cellsOf(path, /\s+/).map((cells): [number, number[]] => [numberIn(cells[0], path), cells.slice(1).map((cell) => numberIn(cell, path))]),
  )

/** Reads lines of `user item`, in time order: items by user, by the file's own numbers. */
export const readPairs = (path: string): number[][] =>
  byUser(cellsOf(path, /\s+/).map(([user, item]): [number, number[]] => [numberIn(user, path), [numberIn(item, path)]]))

/** One more than the largest number that any of the lists holds. */
export const itemCount = (...lists: readonly ItemsByUser[]): number =>
  lists.reduce((most, list) => list.reduce((largest, items) => items.reduce((a, b) => Math.max(a, b + 1), largest), most), 0)

function byUser(parts: readonly (readonly [user: number, items: readonly number[]])[]): number[][] {
  const users = parts.reduce((most, [user]) => Math.max(most, user + 1), 0)
  const lists: number[][] = Array.from({ length: users }, () => [])
  for (const [user, items] of parts) for (const item of items) lists[user].push(item)
  return lists
}
