import { TOPICS } from '@freshet/event-log'
import type { Runtime } from '@freshet/service'
import { type LearnedState, patiently } from '../fleet/learned'
import { type Ledger, weighLearned } from '../fleet/ledger'
import { readLedger } from '../fleet/read-ledger'
import { raiseTwins } from '../fleet/twins'
import { type Afresh, foldAfresh } from './afresh'
import { findDiffering } from './differing-features'
import type { Found } from './inspection'
import type { Recording } from './recording'

/** What is wrong after faults, in numbers; all 0 where nothing is. */
export interface Verdict {
  /** Accepted events that stand nowhere, records that the log should have kept as they were, groups that should have been cut and examples that should have been learned and were not, touches and histories that nobody can take. */
  readonly lost: number
  /** Examples that were learned more than once, groups, touches and histories that should not be there. */
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
  /** What was found while faults came. */
  readonly meanwhile: Found
}

const TOLD_MAX = 3

/** Where the judged lies. */
export interface JudgedHouse {
  readonly runtime: Runtime
  /** What the log ever held, where it has let go of things: of its beginning nobody else knows. */
  readonly recording?: Recording
}

/** Holds the outcome against a fresh fold of the log and against fresh followers by replay; says of a few features how they differ. */
export async function judge(
  { runtime, recording }: JudgedHouse,
  { accepted, learned, others, meanwhile }: Outcome,
  say: (text: string) => void,
): Promise<Verdict> {
  const { store, log, dictionary, clock } = runtime
  const whole = recording?.log ?? log
  const afresh = await foldAfresh({ log: whole, dictionary })
  const ledger = await readLedger(whole)
  const twins = await raiseTwins(runtime, learned.step, whole)
  const altered = recording === undefined ? 0 : await patiently(clock, () => recording.altered())
  const digests = [...others, ...twins.map(({ step, digest }) => (step === learned.step ? digest : `step ${step}`))]
  const differing = await findDiffering(store, log.partitions(TOPICS.events), afresh)
  for (const words of differing.slice(0, TOLD_MAX)) say(`in the store, ${words}`)
  const { lost, doubled } = weigh({ accepted, examples: learned.status.examples }, ledger, afresh)
  const ends = twins.length === 0 ? 1 : digests.filter((digest) => digest !== learned.digest).length
  return {
    lost: lost + meanwhile.lost + altered,
    doubled,
    digestsDiffering: ends + meanwhile.digestsDiffering,
    featuresDiffering: differing.length,
  }
}

/** Holds what was accepted, and what a fresh fold makes of it, against what stands in the log and what was learned. */
export function weigh(
  { accepted, examples }: { readonly accepted: Iterable<string>; readonly examples: number },
  ledger: Ledger,
  { groups, sent }: Pick<Afresh, 'groups' | 'sent'>,
): Pick<Verdict, 'lost' | 'doubled'> {
  const missing = [...accepted].filter((id) => !ledger.events.has(id)).length
  const untaken = [...groups].filter((identity) => !ledger.taken.has(identity)).length
  const unexpected = [...ledger.taken].filter((identity) => !groups.has(identity)).length
  const { lost, doubled } = weighLearned(ledger, examples)
  return { lost: missing + untaken + lost + sent.lost, doubled: unexpected + doubled + sent.unexpected }
}
