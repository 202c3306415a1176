import { type EventLog, TOPICS } from '@freshet/event-log'
import type { trainer } from '@freshet/contracts/services'
import type { OnlineStore } from '@freshet/online-store'
import type { TrainerStatus } from '@freshet/training'
import type { Clock } from '@freshet/kernel'

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
 * rankers have all of it, and says that it is done.
 */
export async function* trainUntil(
  { log, store, clock, status, checkpoint }: ProgressSources,
  until: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<trainer.TrainResponse> {
  const ends = await Promise.all(
    Array.from(
      { length: log.partitions(TOPICS.events) },
      (_, partition) => until[partition] ?? log.next({ topic: TOPICS.events, partition }),
    ),
  )
  const startedMs = clock.monotonicMs()
  const before = (await status()).examples
  for (;;) {
    const isFolded = await everythingFolded(store, ends)
    const now = await status()
    const lag = now.lag.reduce((sum, records) => sum + records, 0)
    const seconds = Math.max(1e-3, (clock.monotonicMs() - startedMs) / 1000)
    const answer = { examples: now.examples, examplesTotal: now.examples + lag, step: now.step, rankLoss: now.rankLoss, auc: now.auc }
    const examplesPerS = (now.examples - before) / seconds
    if (isFolded && lag === 0) {
      await checkpoint()
      yield { ...answer, examplesPerS, done: true }
      return
    }
    yield { ...answer, examplesPerS, done: false }
    await clock.sleep(EVERY_MS, signal)
    if (signal.aborted) return
  }
}

/** True when the features contain all events below `ends`, and what they owe to `examples` has been published. */
async function everythingFolded(store: OnlineStore, ends: readonly number[]): Promise<boolean> {
  for (const [partition, end] of ends.entries()) {
    if ((await store.positions(partition)).events < end) return false
    if ((await store.outbox(partition, 1)).length > 0) return false
  }
  return true
}
