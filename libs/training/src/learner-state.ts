import { createHash } from 'node:crypto'
import type { Table } from '@freshet/embedding'
import { bytesOf, CHECKSUM_START, type Checksum64, checksumBytes, utf8 } from '@freshet/kernel'
import type { ModelSet } from '@freshet/model'
import { type Frequencies, ItemFrequency } from './item-frequency'
import { type MetricsState, noScores, ProgressiveMetrics } from './progressive-metrics'

/** Everything that the next step depends on: a function of durable records, equal bit for bit in every follower by replay. */
export interface LearnerState {
  step: number
  chain: Checksum64
  /** By partition of `examples`: the next offset to cut. */
  readonly positions: number[]
  /** By partition: source offset and ordinal of the last group taken, -1 before the first. Lower or equal ones are duplicates. */
  readonly contains: number[]
  readonly ordinals: number[]
  dense: Float32Array
  /** Adam's running mean and square of the gradient. */
  mean: Float32Array
  square: Float32Array
  /** β₁ᵗ and β₂ᵗ. */
  readonly powers: Float64Array
  readonly table: Table
  readonly frequency: ItemFrequency
  readonly metrics: ProgressiveMetrics
  /** Groups that came again, and steps that changed no weights: void ones, and those of which no example was left. */
  duplicates: number
  skippedSteps: number
}

/** What a state begins with. */
export interface GenesisOptions {
  readonly modelSet: ModelSet
  /** Of `examples`. */
  readonly partitions: number
  /** An empty one. */
  readonly table: Table
  /** How finely progressive validation tells scores apart, 8,192 unless told: part of the state, so one number for all who share a journal. */
  readonly scoreBins?: number
}

/** The state before the first step: a function of the model declaration and the number of partitions. */
export function genesisState({ modelSet, partitions, table, scoreBins }: GenesisOptions): LearnerState {
  const none = (): number[] => new Array<number>(partitions).fill(-1)
  return {
    step: 0,
    chain: CHECKSUM_START,
    positions: new Array<number>(partitions).fill(0),
    contains: none(),
    ordinals: none(),
    dense: modelSet.initialDense(),
    mean: new Float32Array(modelSet.parameterCount),
    square: new Float32Array(modelSet.parameterCount),
    powers: new Float64Array([1, 1]),
    table,
    frequency: new ItemFrequency(),
    metrics: new ProgressiveMetrics(noScores(scoreBins)),
    duplicates: 0,
    skippedSteps: 0,
  }
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
  readonly mean: Float32Array
  readonly square: Float32Array
  readonly powers: Float64Array
  readonly frequency: Frequencies
  readonly metrics: MetricsState
}

/** Takes a state but for its table: a step replaces dense parameters and their slots, and what it changes in place is copied. */
export function smallStateOf(state: LearnerState): SmallState {
  const { chain, dense, mean, square, powers, frequency, metrics } = state
  const { positives, negatives, sums } = metrics.serialise()
  return {
    ...{ counters: JSON.stringify(countersOf(state)), chain, dense, mean, square, powers: powers.slice() },
    frequency: frequency.serialise(),
    metrics: { positives: positives.slice(), negatives: negatives.slice(), sums: sums.slice() },
  }
}

/** The bytes of a small state in their order: what a digest takes in before the table, and what after it. */
export function smallPartsOf({ counters, chain, dense, mean, square, powers, frequency, metrics }: SmallState) {
  const { keys, counts } = frequency
  const { positives, negatives, sums } = metrics
  return {
    before: [utf8(counters), checksumBytes(chain), ...[dense, mean, square, powers].map(bytesOf)],
    after: [keys, counts, positives, negatives, sums].map(bytesOf),
  }
}

/** The small numbers of a state. */
export interface LearnerCounters {
  readonly step: number
  readonly positions: readonly number[]
  readonly contains: readonly number[]
  readonly ordinals: readonly number[]
  readonly duplicates: number
  readonly skippedSteps: number
}

/** The small numbers of a state, in one fixed order. */
function countersOf({ step, positions, contains, ordinals, duplicates, skippedSteps }: LearnerState): LearnerCounters {
  return { step, positions: [...positions], contains: [...contains], ordinals: [...ordinals], duplicates, skippedSteps }
}
