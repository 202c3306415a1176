import { ItemState, UserState } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { itemKey, userKey } from '@freshet/features'
import { partitionOf } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import type { Runtime } from '@freshet/service'
import { isDeepStrictEqual } from 'node:util'
import type { LearnedState } from '../fleet/learned'
import { type Ledger, readLedger } from '../fleet/ledger'
import { raiseTwins } from '../fleet/twins'
import { type Afresh, foldAfresh, withoutTiming } from './afresh'

/** What is wrong after faults, in numbers; all 0 where nothing is. */
export interface Verdict {
  /** Accepted events that stand nowhere, and groups that should have been learned and were not. */
  readonly lost: number
  /** Examples that were learned more than once, and groups that should not be there. */
  readonly doubled: number
  /** States that are not the twins'. */
  readonly digestsDiffering: number
  /** Users and items whose state in the store is not that of a fresh fold. */
  readonly featuresDiffering: number
}

/** What is judged: what was accepted, and where the trainers then stood. */
export interface Outcome {
  readonly accepted: Iterable<string>
  readonly learned: LearnedState
  /** The digests of other trainers after the same step. */
  readonly others: readonly string[]
}

/** Holds the outcome against a fresh fold of the log and against fresh followers by replay. */
export async function judge(runtime: Runtime, { accepted, learned, others }: Outcome): Promise<Verdict> {
  const { store, log } = runtime
  const afresh = await foldAfresh(runtime)
  const ledger = await readLedger(log)
  const twins = await raiseTwins(runtime, learned.step)
  const digests = [...others, ...twins.map(({ step, digest }) => (step === learned.step ? digest : `step ${step}`))]
  return {
    ...weigh({ accepted, examples: learned.status.examples }, ledger, afresh),
    digestsDiffering: twins.length === 0 ? 1 : digests.filter((digest) => digest !== learned.digest).length,
    featuresDiffering: await countDiffering(store, log.partitions(TOPICS.events), afresh),
  }
}

/** Holds what was accepted, and what a fresh fold makes of it, against what was learned. */
export function weigh(
  { accepted, examples }: { readonly accepted: Iterable<string>; readonly examples: number },
  { events, learned }: Ledger,
  { groups }: Pick<Afresh, 'groups'>,
): Pick<Verdict, 'lost' | 'doubled'> {
  const missing = [...accepted].filter((id) => !events.has(id)).length
  const unlearned = [...groups].filter((identity) => !learned.has(identity)).length
  const unexpected = [...learned.keys()].filter((identity) => !groups.has(identity)).length
  const distinct = [...learned.values()].reduce((sum, items) => sum + items, 0)
  return { lost: missing + unlearned, doubled: unexpected + Math.max(0, examples - distinct) }
}

/** How many users and items stand otherwise in the store than a fresh fold left them. */
export async function countDiffering(
  store: Pick<OnlineStore, 'read'>,
  partitions: number,
  { users, items }: Omit<Afresh, 'groups'>,
): Promise<number> {
  const read = async (id: string, key: string): Promise<Uint8Array | undefined> => (await store.read(partitionOf(id, partitions), [key]))[0]
  let count = 0
  for (const [id, expected] of users) {
    const value = await read(id, userKey(id))
    if (!isDeepStrictEqual(value && withoutTiming(UserState.decode(value)), withoutTiming(plain(UserState, expected)))) count++
  }
  for (const [id, expected] of items) {
    const value = await read(id, itemKey(id))
    if (!isDeepStrictEqual(value && ItemState.decode(value), plain(ItemState, expected))) count++
  }
  return count
}

/** As the wire brings it, so that it compares with what a store holds. */
const plain = <T>(type: { encode(state: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T }, state: T): T =>
  type.decode(type.encode(state).finish())
