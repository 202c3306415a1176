import { cellsOf, numberIn } from './lines'

/** One event of a log: who, what, when. Users and items are numbered by their first occurrence. */
export interface TimedEvent {
  readonly user: number
  readonly item: number
  /** Unix seconds. */
  readonly time: number
}

/** A rating. */
export interface Rating extends TimedEvent {
  readonly rating: number
}

/** Numbers things by their first occurrence. */
class Numbering {
  private readonly numbers = new Map<string, number>()

  get count(): number {
    return this.numbers.size
  }

  of(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    this.numbers.set(name, this.numbers.size)
    return this.numbers.size - 1
  }
}

/** Reads `user item rating time` by tabs, under a head, in the order of the file. */
export function readRatings(path: string): { readonly ratings: readonly Rating[]; readonly users: number; readonly items: number } {
  const [users, items] = [new Numbering(), new Numbering()]
  const ratings = cellsOf(path, '\t', { hasHead: true }).map(([user, item, rating, time]) => ({
    ...{ user: users.of(user), item: items.of(item), rating: numberIn(rating, path), time: numberIn(time, path) },
  }))
  return { ratings, users: users.count, items: items.count }
}

/** Events by user: in the order of time, ties by the order of the file. */
export function inOrderOfTime<T extends TimedEvent>(events: readonly T[], users: number): T[][] {
  const byUser: T[][] = Array.from({ length: users }, () => [])
  for (const event of events) byUser[event.user].push(event)
  for (const own of byUser) own.sort((a, b) => a.time - b.time) // stable: equal times stay as the file has them
  return byUser
}
