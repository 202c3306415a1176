import { type EventLog, type Partition, TOPICS } from '@freshet/event-log'
import { InvalidFieldError, UnavailableError } from '@freshet/kernel'
import type { EngineName } from '../harness/engine-name'

/** How little a house keeps, so that whoever recovers begins at a snapshot or a sealed version, and never at the first record. */
export interface Retention {
  /** From one full version to the next; the least number of them is kept. */
  readonly versionSteps: number
}

const VERSIONS_KEPT = 3
const SNAPSHOT_EVERY_MS = 2000
const RETENTION_MS = 1000 // what features remember is longer
const WINDOW_MS = 2000
const JOIN_WINDOW_MS = 1000

/** Whether a seed's house keeps little: as `on` and `off` say, else every second one does. Throws InvalidFieldError. */
export function keepsLittle(option: string | undefined, seed: number): boolean {
  if (option === undefined) return seed % 2 === 0
  if (option === 'on' || option === 'off') return option === 'on'
  throw new InvalidFieldError({ field: '--retention', value: option, rule: 'it is on or off', remedy: 'choose one, or leave it out' })
}

/** FRESHET_* settings by which services let go of what they need not keep, within seconds. */
export const retentionSettings = ({ versionSteps }: Retention): Record<string, string> => ({
  FRESHET_TRAINER_VERSIONS_KEPT: String(VERSIONS_KEPT),
  FRESHET_TRAINER_VERSION_EVERY_STEPS: String(versionSteps),
  FRESHET_FEATURE_STORE_SNAPSHOT_EVERY_MS: String(SNAPSHOT_EVERY_MS),
  FRESHET_FEATURE_STORE_RETENTION_MS: String(RETENTION_MS),
})

/** A dictionary whose features remember seconds: events are kept as long as these do. */
export const forgetful = (dictionary: string): string =>
  `joinWindowMs: ${JOIN_WINDOW_MS}\n${dictionary.replace(/windowMs: \d+/g, `windowMs: ${WINDOW_MS}`)}`

/** What services trim: the trainer what versions contain; feature stores what snapshots do, which only stores beside the log have. */
const TRIMMED: Readonly<Record<EngineName, readonly string[]>> = {
  embedded: [TOPICS.journal, TOPICS.examples],
  'kafka-redis': [TOPICS.journal, TOPICS.examples, TOPICS.events, TOPICS.touches],
}

/** Where a partition begins that services trim. */
export interface Beginning {
  readonly of: Partition
  readonly first: number
}

/** Where all of them begin. */
export const beginningsOf = (log: Pick<EventLog, 'partitions' | 'first'>, engine: EngineName): Promise<Beginning[]> =>
  Promise.all(TRIMMED[engine].flatMap((topic) => partitionsOf(log, topic)).map(async (of) => ({ of, first: await log.first(of) })))

/** How many records were let go of. */
export const releasedOf = (beginnings: readonly Beginning[]): number => beginnings.reduce((sum, { first }) => sum + first, 0)

/** Throws UnavailableError while one of them still has its first record: somebody could recover by that. */
export function assertReleased(beginnings: readonly Beginning[]): void {
  const whole = beginnings.find(({ first }) => first === 0)
  if (whole === undefined) return
  const { topic, partition } = whole.of
  throw new UnavailableError(`a trimmed ${topic}/${partition}`, 'wait until what it began with is in versions or snapshots')
}

const partitionsOf = (log: Pick<EventLog, 'partitions'>, topic: string): Partition[] =>
  Array.from({ length: log.partitions(topic) }, (_, partition) => ({ topic, partition }))
