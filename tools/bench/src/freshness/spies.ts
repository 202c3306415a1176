import { ExampleGroup, type JournalRecord } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import type { Runtime } from '@freshet/service'
import { tailJournal } from '../fleet/commits'
import type { StageClock } from './stage-clock'

/** What is watched from outside, and until when. */
export interface Spying {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly stages: StageClock
  readonly signal: AbortSignal
}

const POSITION_POLL_MS = 20
const READ = { records: 500, bytes: 4 << 20 }

/** Watches features, examples and journal as they come to contain events, from a process of its own. */
export async function spy(spying: Spying): Promise<void> {
  const { runtime, signal, clock } = spying
  const partitions = Array.from({ length: runtime.log.partitions(TOPICS.events) }, (_, partition) => partition)
  const onRecord = (record: JournalRecord, seenMs: number): void => learned(spying, record, seenMs)
  await Promise.all([
    watchFolds(spying, partitions),
    ...partitions.map((partition) => watchExamples(spying, partition)),
    tailJournal(runtime.log, clock, { signal, onRecord }),
  ])
}

async function watchFolds({ runtime, clock, stages, signal }: Spying, partitions: readonly number[]): Promise<void> {
  while (!signal.aborted) {
    const positions = await Promise.all(partitions.map((partition) => runtime.store.positions(partition)))
    const atMs = clock.monotonicMs()
    positions.forEach(({ events }, partition) => stages.advance('fold', partition, { offset: events - 1, atMs }))
    await clock.sleep(POSITION_POLL_MS, signal)
  }
}

async function watchExamples({ runtime: { log }, clock, stages, signal }: Spying, partition: number): Promise<void> {
  const at = { topic: TOPICS.examples, partition }
  let position = await log.next(at)
  while (!signal.aborted) {
    await log.grown(at, position, signal)
    if (signal.aborted) return
    const last = (await log.read(at, position, READ)).at(-1)
    if (!last) continue
    position = last.offset + 1
    stages.advance('example', partition, { offset: ExampleGroup.decode(last.value).sourceOffset, atMs: clock.monotonicMs() })
  }
}

/** A result says how far of each partition the model now contains. */
function learned({ stages }: Spying, { record }: JournalRecord, seenMs: number): void {
  if (record?.$case !== 'result' || record.result.continues) return
  record.result.contains.forEach((offset, partition) => stages.advance('learn', partition, { offset, atMs: seenMs }))
}
