import { randomBelow, shuffled } from '@freshet/kernel'
import type { ItemsByUser, RankingTask } from './ranking-task'

/**
 * A share of each user's items, drawn by a seed, to learn from, and the rest to be found.
 *
 * math    round(share · n) of a user's n items
 * source  python_stratified_split of Microsoft Recommenders, with other draws
 */
export function splitByUser(lists: ItemsByUser, share: number, seed: number): { readonly kept: ItemsByUser; readonly rest: ItemsByUser } {
  const orders = lists.map((items, user) => shuffled(items, seed, user))
  const cuts = lists.map(({ length }) => Math.round(share * length))
  return {
    kept: orders.map((items, user) => items.slice(0, cuts[user])),
    rest: orders.map((items, user) => items.slice(cuts[user])),
  }
}

/** Two tasks over the same items: one to choose by, one to report. */
export interface Stages {
  readonly validation: RankingTask
  readonly test: RankingTask
}

/**
 * Leave one out: the last item of each sequence is the test's, the one before it the validation's, which the test may know.
 *
 * A sequence of fewer than three is only learned from.
 */
export function leaveOneOut(sequences: ItemsByUser, items: number, { isHistoryMasked }: { readonly isHistoryMasked: boolean }): Stages {
  const stage = (left: number): RankingTask => {
    const isJudged = (sequence: readonly number[]): boolean => sequence.length >= 3
    const histories = sequences.map((sequence) => (isJudged(sequence) ? sequence.slice(0, -left) : sequence))
    const targets = sequences.map((sequence) => (isJudged(sequence) ? sequence.slice(-left).slice(0, 1) : []))
    const masked = histories.map((history, user) => (isHistoryMasked ? history.filter((item) => item !== targets[user][0]) : []))
    return { items, histories, targets, masked }
  }
  return { validation: stage(2), test: stage(1) }
}

/**
 * The same task with `count` random rivals a user instead of all items: drawn from what the user never had, with replacement.
 *
 * `first` is the number of the first item that exists.
 */
export function amongRivals(
  task: RankingTask,
  count: number,
  { seed, first = 0 }: { readonly seed: number; readonly first?: number },
): RankingTask {
  const rivals = task.targets.map((targets, user) => {
    if (targets.length === 0) return []
    const had = new Set([...task.histories[user], ...targets])
    const drawn: number[] = []
    for (let draw = 0; drawn.length < count; draw++) {
      const item = first + randomBelow(task.items - first, seed, user, draw)
      if (!had.has(item)) drawn.push(item)
    }
    return drawn
  })
  return { ...task, rivals }
}
