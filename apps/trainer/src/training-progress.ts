import { type EventLog, TOPICS } from '@freshet/event-log'
import type { trainer } from '@freshet/contracts/services'
import type { OnlineStore } from '@freshet/online-store'
import type { TrainerStatus } from '@freshet/training'
import { InvalidFieldError, type Clock } from '@freshet/kernel'
import { Backlog } from './backlog'
import { createWatch } from './standstill'

/** What progress is read from. */
export interface ProgressSources {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly clock: Clock
  readonly status: () => Promise<TrainerStatus>
  readonly checkpoint: () => Promise<unknown>
}

const EVERY_MS = 250
const PATIENCE_MS = 60_000 // as long as an import waits for a service that was killed

/**
 * Watches until everything up to `until` of `events` has been folded, published and learned; then asks for a version, so that
 * rankers have all of it, and says that it is done. What is accepted meanwhile is not waited for.
 *
 * throws  InvalidFieldError where `until` is no list of ends; StandstillError once nothing of it has moved for a minute, which names the
 *         stage that does not go on
 */
export async function* trainUntil(
  { log, store, clock, status, checkpoint }: ProgressSources,
  until: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<trainer.TrainResponse> {
  const endsOf = (topic: string): Promise<number[]> =>
    Promise.all(Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => log.next({ topic, partition })))
  const accepted = await endsOf(TOPICS.events)
  assertEnds(until, accepted.length)
  const ends = accepted.map((end, partition) => until[partition] ?? end)
  const backlog = new Backlog({ log, store }, ends)
  const assertMoving = createWatch(PATIENCE_MS)
  const startedMs = clock.monotonicMs()
  const before = (await status()).examples
  for (;;) {
    const [published, known] = [await backlog.publishedEnds(), await endsOf(TOPICS.examples)]
    const now = await status()
    const lag = now.lag.reduce((sum, records) => sum + records, 0)
    const seconds = Math.max(1e-3, (clock.monotonicMs() - startedMs) / 1000)
    const answer = { examples: now.examples, examplesTotal: now.examples + lag, step: now.step, rankLoss: now.rankLoss, auc: now.auc }
    const examplesPerS = (now.examples - before) / seconds
    if (published?.every((end, partition) => known[partition] - now.lag[partition] >= end)) {
      await checkpoint()
      yield { ...answer, examplesPerS, done: true }
      return
    }
    yield { ...answer, examplesPerS, done: false }
    const there = await endsOf(TOPICS.events)
    const unaccepted = ends.reduce((sum, end, partition) => sum + Math.max(0, end - there[partition]), 0)
    const owed = { unaccepted, unfolded: await backlog.unfolded(), isPublished: published !== undefined, unlearned: lag }
    assertMoving(owed, now.step, clock.monotonicMs())
    await clock.sleep(EVERY_MS, signal)
    if (signal.aborted) return
  }
}

function assertEnds(until: readonly number[], partitions: number): void {
  const isEnd = (end: number): boolean => Number.isSafeInteger(end) && end >= 0
  if (until.length <= partitions && until.every(isEnd)) return
  const rule = `it holds the ends of at most ${partitions} partitions, each 0 or more`
  throw new InvalidFieldError({ field: 'until', value: `[${until.join(', ')}]`, rule, remedy: 'leave it out for all that is there now' })
}
