import { channel } from 'node:diagnostics_channel'

/**
 * The moments at which losing a process is worth a test: between two writes that must count as one.
 * Each is named after what has just been done.
 */
export const CROSSINGS = [
  'record-appended', // ingest: durable, not acknowledged yet
  'batch-read', // feature store: read, nothing committed yet
  'batch-committed', // feature store: committed, its outbox not published yet
  'outbox-published', // feature store: published, the outbox not trimmed yet
  'partitions-assigned', // feature store: told of its partitions, loops not changed yet
  'version-written', // trainer: all files but the manifest
  'version-renamed', // trainer: named, its folder not flushed yet
  'cut-committed', // trainer: durable, not executed yet
  'step-executed', // trainer: executed, its result not told yet
  'ownership-granted', // trainer: granted, not read by the target yet
] as const

/** One of {@link CROSSINGS}. */
export type Crossing = (typeof CROSSINGS)[number]

/** Who listens is told of each crossing by name: `node:diagnostics_channel`, this name. */
export const CROSSING_CHANNEL = 'freshet:crossing'

const crossings = channel(CROSSING_CHANNEL)

/** Says that this process has come to a crossing; where nobody listens it costs a property read. */
export function cross(crossing: Crossing): void {
  if (crossings.hasSubscribers) crossings.publish(crossing)
}
