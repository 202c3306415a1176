import { createHash } from 'node:crypto'
import type { Table } from '@freshet/embedding'
import { bytesOf, type Checksum64, checksumBytes, utf8 } from '@freshet/kernel'
import type { EngineState } from '@freshet/learner'
import { type Frequencies, ItemFrequency } from './item-frequency'
import { type MetricsState, noScores, ProgressiveMetrics } from './progressive-metrics'

/** Everything that the next step depends on: a function of durable records, equal bit for bit in every follower by replay. */
export class LearnerState {
  /** The last cut that was executed. */
  step = 0
  /** By partition of `examples`: the next offset to cut. */
  readonly positions: number[]
  /** By partition: source offset and ordinal of the last group taken, -1 before the first. Lower or equal ones are duplicates. */
  readonly contains: number[]
  readonly ordinals: number[]
  frequency = new ItemFrequency()
  metrics: ProgressiveMetrics
  /** Groups that came again, and steps that changed no weights: void ones, and those of which no example was left. */
  duplicates = 0
  skippedSteps = 0

  /** The state before the first step: that of an engine before its first, and nothing counted. */
  constructor(
    /** Parameters, rows and chain. An engine steps only in steps that learn. */
    public model: EngineState,
    { partitions, scoreBins }: GenesisOptions,
  ) {
    const none = (): number[] => new Array<number>(partitions).fill(-1)
    this.positions = new Array<number>(partitions).fill(0)
    this.contains = none()
    this.ordinals = none()
    this.metrics = new ProgressiveMetrics(noScores(scoreBins))
  }

  get chain(): Checksum64 {
    return this.model.chain
  }

  get dense(): Float32Array {
    return this.model.dense
  }

  get table(): Table {
    return this.model.tables[0]
  }
}

/** What a state begins with. */
export interface GenesisOptions {
  /** Of `examples`. */
  readonly partitions: number
  /** How finely progressive validation tells scores apart, 8,192 unless told: part of the state, so one number for all who share a journal. */
  readonly scoreBins?: number
}

/**
 * SHA-256 over the full state, as 64 hexadecimal digits.
 *
 * cost    1.1 GiB/s: for audits and twins, not for every step (that is the chain's work)
 */
export function digestState(state: LearnerState): string {
  const hash = createHash('sha256')
  const { before, after } = smallPartsOf(smallStateOf(state))
  for (const part of before) hash.update(part)
  state.table.digestInto(hash)
  for (const part of after) hash.update(part)
  return hash.digest('hex')
}

/** A state but for its table, as it was at one moment. */
export interface SmallState {
  /** {@link LearnerCounters} as JSON. */
  readonly counters: string
  readonly chain: Checksum64
  readonly dense: Float32Array
  /** Of the dense optimiser. */
  readonly slots: readonly Float32Array[]
  readonly frequency: Frequencies
  readonly metrics: MetricsState
}

/** Takes a state but for its table: a step replaces dense parameters and their slots, and what it changes in place is copied. */
export function smallStateOf(state: LearnerState): SmallState {
  const { model, frequency, metrics } = state
  const { chain, dense, slots } = model
  const { positives, negatives, sums } = metrics.serialise()
  return {
    ...{ counters: JSON.stringify(countersOf(state)), chain, dense, slots },
    frequency: frequency.serialise(),
    metrics: { positives: positives.slice(), negatives: negatives.slice(), sums: sums.slice() },
  }
}

/** The bytes of a small state in their order: what a digest takes in before the table, and what after it. */
export function smallPartsOf({ counters, chain, dense, slots, frequency, metrics }: SmallState) {
  const { keys, counts } = frequency
  const { positives, negatives, sums } = metrics
  return {
    before: [utf8(counters), checksumBytes(chain), ...[dense, ...slots].map(bytesOf)],
    after: [keys, counts, positives, negatives, sums].map(bytesOf),
  }
}

/** The small numbers of a state. */
export interface LearnerCounters {
  readonly step: number
  /** Steps that learned. */
  readonly learned: number
  readonly positions: readonly number[]
  readonly contains: readonly number[]
  readonly ordinals: readonly number[]
  readonly duplicates: number
  readonly skippedSteps: number
}

/** The small numbers of a state, in one fixed order. */
function countersOf({ step, model, positions, contains, ordinals, duplicates, skippedSteps }: LearnerState): LearnerCounters {
  return {
    step,
    learned: model.step,
    positions: [...positions],
    contains: [...contains],
    ordinals: [...ordinals],
    duplicates,
    skippedSteps,
  }
}
