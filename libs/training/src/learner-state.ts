import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Table } from '@freshet/embedding'
import { bytesOf, CHECKSUM_START, type Checksum64, checksumBytes, utf8 } from '@freshet/kernel'
import type { ModelSet } from '@freshet/model'
import { ItemFrequency } from './item-frequency'
import { ProgressiveMetrics } from './progressive-metrics'

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

/** The state before the first step: a function of the model declaration and the number of partitions. */
export function genesisState(modelSet: ModelSet, partitions: number, table: Table): LearnerState {
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
    metrics: new ProgressiveMetrics(),
    duplicates: 0,
    skippedSteps: 0,
  }
}

/**
 * SHA-256 over the full state, as 64 hexadecimal digits.
 *
 * cost    1.1 GiB/s: for audits, versions and twins, not for every step (that is the chain's work)
 */
export function digestState(state: LearnerState): string {
  const hash = createHash('sha256')
  for (const part of partsOf(state)) hash.update(part)
  return hash.digest('hex')
}

/** As {@link digestState}, a page at a time: between two pages whatever else waits has its turn. Nothing may step meanwhile. */
export async function digestInTurns(state: LearnerState): Promise<string> {
  const hash = createHash('sha256')
  for (const part of partsOf(state)) {
    hash.update(part)
    await setImmediate()
  }
  return hash.digest('hex')
}

/** All bytes of a state, in one fixed order. */
function* partsOf(state: LearnerState): Generator<Uint8Array> {
  yield utf8(JSON.stringify(countersOf(state)))
  yield checksumBytes(state.chain)
  for (const tensor of [state.dense, state.mean, state.square, state.powers]) yield bytesOf(tensor)
  for (const { bytes } of state.table.serialise()) yield bytes
  const { keys, counts } = state.frequency.serialise()
  const { positives, negatives, sums } = state.metrics.serialise()
  for (const tensor of [keys, counts, positives, negatives, sums]) yield bytesOf(tensor)
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
export function countersOf({ step, positions, contains, ordinals, duplicates, skippedSteps }: LearnerState): LearnerCounters {
  return { step, positions: [...positions], contains: [...contains], ordinals: [...ordinals], duplicates, skippedSteps }
}
