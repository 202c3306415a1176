import { InvalidFieldError } from '@freshet/kernel'
import { type RowOptimiser, slotWords } from './row-optimiser'

/** What a table is made of: constants of its line. */
export interface TableOptions {
  /** Floats of a row's vector: the sum of its segments. */
  readonly width: number
  /** Consecutive parts of the vector, with an optimiser each. */
  readonly segments: readonly number[]
  /** By segment; row-wise Adagrad unless given, with a learning rate that comes with each step. */
  readonly optimisers?: readonly RowOptimiser[]
  /** By segment: a birth draws its values uniformly from ±this; 0 begins at 0. */
  readonly rowScales: readonly number[]
  readonly seed: number
  /** Parts of the hash index, a power of two up to 1,024; 64 unless given. Without influence on any value. */
  readonly shards?: number
  /** How many steps must have met an id before it gets a row; 1 unless given: at once. */
  readonly admission?: number
  /**
   * Gives up rows that were not met for so many steps; none unless given. A step looks at some thousand rows, so a row may stay for a while beyond that.
   * An id whose row was given up is like one that was never met, but that it is admitted at once.
   */
  readonly expireAfterSteps?: number
  /**
   * The most that the table may take of memory, see {@link Table.bytes}; without bound unless given. In a full one a new id takes the place of one that was
   * met longest ago: what is new must be learned, and what nobody comes back to has least to lose. Where all rows are of the step that
   * is under way, new ids stay absent, and may be born in another step.
   */
  readonly memoryBytes?: number
  /** What rows are allocated by; 4 MiB unless given, and less where many small tables live side by side. Without influence on any value. */
  readonly pageBytes?: number
  /** Whether other threads may look into it: its pages and its index then lie in shared memory. Without influence on any value. */
  readonly isShared?: boolean
  /** How many rows are expected: the index begins large enough for them. Without influence on any value. */
  readonly rowsExpected?: number
}

/**
 * Where a row's parts lie in its record, in words of four bytes:
 *
 *     vector (Float32 × width) · what the optimisers keep, by segment · frequency · last seen · key lo · key hi (Uint32)
 *
 * A step that reads the vector then writes it, its slots and its counters meets the same few cache lines.
 */
export interface RecordLayout {
  readonly width: number
  readonly segments: readonly number[]
  /** Where what the optimisers keep begins: an accumulator a segment where all are row-wise Adagrad. */
  readonly accumulators: number
  /** By segment: where its optimiser's words begin. */
  readonly slots: readonly number[]
  readonly frequency: number
  readonly lastSeen: number
  readonly key: number
  /** Words from one record to the next. */
  readonly stride: number
}

/** The layout of a table's records. Throws InvalidFieldError where the options contradict each other. */
export function layoutOf(options: TableOptions): RecordLayout {
  const { width, segments, optimisers, rowScales, shards = 64, admission = 1, expireAfterSteps = 1 } = options
  const sum = segments.reduce((total, length) => total + length, 0)
  refuseUnless(isCount(width) && sum === width && segments.every(isCount), {
    ...{ field: 'segments', value: segments, rule: `they are positive and add up to the width ${width}` },
    remedy: 'give one length for each part of the vector',
  })
  refuseUnless(rowScales.length === segments.length && rowScales.every((scale) => scale >= 0 && Number.isFinite(scale)), {
    ...{ field: 'rowScales', value: rowScales, rule: `each of the ${segments.length} segments has one, finite and at least 0` },
    remedy: 'give one scale for each segment',
  })
  refuseUnless(!optimisers || optimisers.length === segments.length, {
    ...{ field: 'optimisers', value: optimisers?.length, rule: `each of the ${segments.length} segments has one` },
    remedy: 'give one optimiser for each segment',
  })
  refuseUnless(shards >= 1 && shards <= 1024 && (shards & (shards - 1)) === 0, {
    ...{ field: 'shards', value: shards, rule: 'it is a power of two from 1 to 1024' },
    remedy: 'leave it out for 64',
  })
  refuseUnless(isCount(admission) && admission <= 255, {
    ...{ field: 'admission', value: admission, rule: 'it is a whole number from 1 to 255' },
    remedy: 'leave it out to admit at once',
  })
  refuseUnless(isCount(expireAfterSteps), {
    ...{ field: 'expireAfterSteps', value: expireAfterSteps, rule: 'it is a whole number from 1 on' },
    remedy: 'leave it out to keep rows for ever',
  })
  const slots: number[] = []
  let frequency = width
  for (const [s, length] of segments.entries()) {
    slots.push(frequency)
    frequency += slotWords[optimisers?.[s].kind ?? 'adagrad'](length)
  }
  return { width, segments, accumulators: width, slots, frequency, lastSeen: frequency + 1, key: frequency + 2, stride: frequency + 4 }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0

function refuseUnless(holds: boolean, facts: InvalidFieldError['facts']): void {
  if (!holds) throw new InvalidFieldError(facts)
}
