import { type EventLog, TOPICS } from '@freshet/event-log'
import type { trainer } from '@freshet/contracts/services'
import type { OnlineStore } from '@freshet/online-store'
import type { TrainerStatus } from '@freshet/training'
import type { Clock } from '@freshet/kernel'
import { Backlog } from './backlog'

/** What progress is read from. */
export interface ProgressSources {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly clock: Clock
  readonly status: () => Promise<TrainerStatus>
  readonly checkpoint: () => Promise<unknown>
}

const EVERY_MS = 250

/**
 * Watches until everything up to `until` of `events` has been folded, published and learned; then asks for a version, so that
 * rankers have all of it, and says that it is done. What is accepted meanwhile is not waited for.
 */
export async function* trainUntil(
  { log, store, clock, status, checkpoint }: ProgressSources,
  until: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<trainer.TrainResponse> {
  const endsOf = (topic: string): Promise<number[]> =>
    Promise.all(Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => log.next({ topic, partition })))
  const ends = (await endsOf(TOPICS.events)).map((end, partition) => until[partition] ?? end)
  const backlog = new Backlog({ log, store }, ends)
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
    await clock.sleep(EVERY_MS, signal)
    if (signal.aborted) return
  }
}
