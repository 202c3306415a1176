import type { Entry, Partition } from '@freshet/event-log'

/** How far of each source topic the state of a partition contains: the next offset to fold, by topic. */
export type PositionVector = Readonly<Record<'events' | 'touches' | 'catalog', number>>

/**
 * Where a partition stands: a vector, and which commits have led there. A store that was turned back and then brought to the same vector
 * by somebody else holds other values; the vector does not tell, the lineage does.
 */
export interface Standing extends PositionVector {
  /** Names the last commit, and through it all before ({@link lineageAfter}); absent where that commit named none, or is older than lineages. */
  readonly lineage?: string
}

/** One change: `null` deletes. */
export interface Put {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Bytes on their way to the log: written with the state that caused them, published in order afterwards. */
export interface Outgoing extends Entry {
  readonly to: Partition
}

/** An outgoing entry with its place in the partition's outbox: from 0 on, without gaps, never given twice. */
export interface OutboxEntry extends Outgoing {
  readonly sequence: number
}

/** Everything that one fold changes, as one atomic write. */
export interface Commit {
  /** Where the fold started from. */
  readonly expect: Standing
  /** Where the partition stands afterwards. */
  readonly next: Standing
  readonly puts: readonly Put[]
  readonly outbox: readonly Outgoing[]
  /** Outbox entries of earlier commits below this sequence have been published and are forgotten. */
  readonly publishedBelow: number
}

/**
 * The features as they stand now, a partition an atomic domain: one LMDB environment's key range, or one Redis hash tag.
 *
 * Any process may read; the one write is the compared {@link commit}, so a writer that lost its partition learns it here
 * and can spoil nothing. What a commit has answered is durable, or is rebuilt from the log that its vector cites.
 */
export interface OnlineStore extends AsyncDisposable {
  /** Where the partition stands; zeros for one never written. */
  positions(partition: number): Promise<Standing>

  /**
   * The values of `keys`, in order, `undefined` where there is none; all of one moment. One round trip.
   *
   * throws  StalePositionError when the partition does not stand at `of` in that moment, where it is given: what a fold builds upon has to
   *         be of the standing that its commit expects, and a store that is turned back could stand there again by then
   */
  read(partition: number, keys: readonly string[], of?: Standing): Promise<readonly (Uint8Array | undefined)[]>

  /** As {@link read}, and where the partition stands in that same moment: for who cannot know, and does not own it. One round trip. */
  look(partition: number, keys: readonly string[]): Promise<Sight>

  /** Applies all of a commit or, where the partition does not stand at `expect`, throws StalePositionError and applies nothing. */
  commit(partition: number, commit: Commit): Promise<void>

  /** The oldest outbox entries not yet forgotten, in order. */
  outbox(partition: number, limit: number): Promise<readonly OutboxEntry[]>

  /** Keys that start with `prefix`, with their values, in the order of their UTF-8 bytes, from after `after`; `of` as in {@link read}. */
  scan(partition: number, options: ScanOptions): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]>

  /** Whether the engine answers; engines within the process have nothing to say. */
  health?(): StoreHealth
}

/** How an engine outside the process does, as of the last call. */
export interface StoreHealth {
  readonly isServing: boolean
  /** What is wrong and what helps, where it does not serve. */
  readonly reason: string | undefined
  /** Since when it has been so, in milliseconds since 1970. */
  readonly sinceMs: number
}

/** What a partition held at one moment. */
export interface Sight {
  readonly at: Standing
  /** In the order of the keys asked for. */
  readonly values: readonly (Uint8Array | undefined)[]
}

/** A page of a partition's keys. */
export interface ScanOptions {
  readonly prefix: string
  /** The last key of the page before. */
  readonly after?: string
  readonly limit: number
  /** Where the partition has to stand. */
  readonly of?: Standing
}
