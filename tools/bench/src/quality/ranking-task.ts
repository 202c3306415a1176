import { InvalidFieldError } from '@freshet/kernel'
import { judgeList, meanQuality, placesOf, type ListQuality } from './metrics/lists'

/** Numbers of items, by the number of the user. */
export type ItemsByUser = readonly (readonly number[])[]

/** Lists to be made and how they are judged. Users and items are numbers from 0. */
export interface RankingTask {
  readonly items: number
  /** What a model may know of each user, oldest first where the protocol has an order. */
  readonly histories: ItemsByUser
  /** What is not listed for a user. */
  readonly masked: ItemsByUser
  /** What a list should hold; a user without is not judged. */
  readonly targets: ItemsByUser
  /** Where not all items are listed: those that stand beside the targets. The same one may stand there twice. */
  readonly rivals?: ItemsByUser
}

/** Gives every item a score for each of some users; what it returns may be written to. */
export type Scorer = (users: readonly number[]) => Promise<readonly Float32Array[]>

/** As many are scored in one go. */
export const USERS_AT_ONCE = 128

/**
 * The quality of a scorer's lists.
 *
 * throws  InvalidFieldError when a target is masked: it could never be found
 */
export async function judge(task: RankingTask, scorer: Scorer, k: number): Promise<ListQuality> {
  refuseMaskedTargets(task)
  const judged = [...task.targets.keys()].filter((user) => task.targets[user].length > 0)
  const lists: Omit<ListQuality, 'users'>[] = []
  for (let from = 0; from < judged.length; from += USERS_AT_ONCE) {
    const users = judged.slice(from, from + USERS_AT_ONCE)
    const scores = await scorer(users)
    users.forEach((user, i) => lists.push(judgeList(placesFor(task, user, scores[i]), k)))
  }
  return meanQuality(lists)
}

function placesFor({ targets, masked, rivals }: RankingTask, user: number, scores: Float32Array): number[] {
  if (rivals) {
    const candidates = Float32Array.from([...targets[user], ...rivals[user]], (item) => scores[item])
    return placesOf([...targets[user].keys()], candidates)
  }
  for (const item of masked[user]) scores[item] = -Infinity
  return placesOf(targets[user], scores)
}

function refuseMaskedTargets({ targets, masked }: RankingTask): void {
  targets.forEach((wanted, user) => {
    const hidden = new Set(masked[user])
    const lost = wanted.find((item) => hidden.has(item))
    if (lost === undefined) return
    const rule = 'what a list should hold is not masked'
    throw new InvalidFieldError({ field: `target of user ${user}`, value: lost, rule, remedy: 'take it out of the mask' })
  })
}
