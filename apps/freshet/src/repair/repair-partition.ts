import { join } from 'node:path'
import { TOPICS } from '@freshet/event-log'
import { InvalidFieldError, isFreshetError, PreconditionError, UnavailableError, type Clock } from '@freshet/kernel'
import {
  askForRestoration,
  checkPartition,
  giveUpLost,
  NO_SNAPSHOTS,
  openSnapshotFiles,
  RESTORING_KEY,
  type PartitionCheck,
  type RestoreFrom,
} from '@freshet/materialize'
import type { Runtime } from '@freshet/service'
import type { Progress } from '../import/progress'

/** What is repaired, and with what. */
export interface RepairScope {
  readonly runtime: Pick<Runtime, 'log' | 'store' | 'firstDictionary' | 'clock' | 'config' | 'directory'>
  readonly partition: number
  readonly keysMax: number
  readonly progress: Progress
}

/**
 * Holds a partition's stored state against one that is folded from the log.
 *
 * throws  InvalidFieldError for a partition that there is not; PreconditionError where the log has something and the store nothing at all:
 *         then nothing was compared, and nothing is known to be sound
 */
export async function check({ runtime, partition, keysMax, progress }: RepairScope): Promise<PartitionCheck> {
  assertPartition(runtime, partition)
  const { firstDictionary: dictionary } = runtime
  progress.start('folding', 0)
  let [folded, of, note] = [0, 0, '']
  const onProgress = (events: number, end: number): void => progress.at((folded = events), note, (of = end))
  const onCompared = (keys: number): void => progress.at(folded, (note = `${keys} keys compared`), of)
  const found = await checkPartition({ ...scopeOf(runtime), dictionary, partition, keysMax, onProgress, onCompared })
  progress.end()
  if (found.keysCompared === 0) await assertEmpty(runtime, partition)
  return found
}

/** Has the state of a partition made anew, and waits until it is as far as it was, by whoever folds it. */
export async function rebuild({ runtime, partition, progress }: RepairScope, from: RestoreFrom): Promise<void> {
  const { log, store, clock } = runtime
  const stands = await store.positions(partition)
  const goal = Math.min(stands.events, await log.next({ topic: TOPICS.events, partition })) // a log brought back from a backup may end before
  await askPatiently(clock, () => askForRestoration({ ...scopeOf(runtime), partition }, from))
  progress.start('rebuilding', goal)
  let [furthest, sinceMs] = [0, clock.monotonicMs()]
  for (;;) {
    const [[mark], { events }] = await Promise.all([store.read(partition, [RESTORING_KEY]), store.positions(partition)])
    progress.at(Math.min(events, goal))
    if (mark === undefined && events >= goal) return progress.end()
    if (events > furthest) [furthest, sinceMs] = [events, clock.monotonicMs()]
    if (clock.monotonicMs() - sinceMs > STILL_MS)
      throw new UnavailableError(
        'the feature store',
        `partition ${partition} stands at ${events} of ${goal}; look at its log: it goes on by itself`,
      )
    await clock.sleep(POLL_MS)
  }
}

/** Lets the fold of a partition go on behind records that the log has lost; returns where. As {@link giveUpLost}, for a partition that there is. */
export async function giveUpEvents(runtime: RepairScope['runtime'], partition: number, records: number): ReturnType<typeof giveUpLost> {
  assertPartition(runtime, partition)
  return giveUpLost({ ...scopeOf(runtime), partition, member: 'repair' }, records)
}

const POLL_MS = 100
const STILL_MS = 60_000
const TRIES = 50

/** An owner that commits at the same moment is faster now and then. */
async function askPatiently(clock: Clock, ask: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === TRIES || !isFreshetError(error) || error.code !== 'STALE_POSITION') throw error
      await clock.sleep(tries)
    }
  }
}

/** As the feature store has it: a store beside its log is rebuilt from that. */
const scopeOf = ({ log, store, clock, config, directory }: RepairScope['runtime']) => ({
  ...{ log, store, clock },
  shelf: config.store === 'embedded' ? NO_SNAPSHOTS : openSnapshotFiles(join(directory, 'snapshots')),
})

/** A store without a key is what the log says where that has no record either. */
async function assertEmpty({ log, config }: RepairScope['runtime'], partition: number): Promise<void> {
  const ends = await Promise.all(SOURCES.map((topic) => log.next({ topic, partition })))
  const records = ends.reduce((sum, end) => sum + end, 0)
  if (records === 0) return
  throw new PreconditionError(
    `partition ${partition} has nothing in the ${config.store === 'embedded' ? 'embedded store' : 'store'}, and ${records} records in the log: nothing can be compared`,
    'start the feature store, which folds them; or name the store that the services use, by --store or in freshet.yaml',
  )
}

const SOURCES = [TOPICS.events, TOPICS.touches, TOPICS.catalog] as const

function assertPartition({ log }: RepairScope['runtime'], partition: number): void {
  const count = log.partitions(TOPICS.events)
  if (partition < count) return
  const rule = `this data set has partitions 0 to ${count - 1}`
  throw new InvalidFieldError({ field: 'partition', value: partition, rule, remedy: 'see `freshet status --partitions`' })
}
