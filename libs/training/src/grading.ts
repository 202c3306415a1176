import { expandRows, reduceRows } from '@freshet/embedding'
import type { ModelSet } from '@freshet/model'
import type { GraphRunner } from '@freshet/tensor'
import { type Batch, type ExampleShape, selectExamples } from './batch'
import { findOffenders } from './offenders'
import { feedsOf, type ShardContext, type ShardOutcome, sumShards } from './shards'

/** What gradients are computed with. */
export interface GradingTools {
  readonly modelSet: ModelSet
  readonly shape: ExampleShape
  readonly gradient: GraphRunner
  readonly logicalShards: number
}

/** A batch with what its ids stand for: the rows' values, and by slot which of them. */
export interface Gathered {
  readonly batch: Batch
  readonly values: Float32Array
  readonly index: Uint32Array
  readonly dense: Float32Array
  readonly logQ: Float32Array
}

/** What a batch says, without those of its examples whose gradient is not finite. */
export interface Grades {
  readonly batch: Batch
  /** Absent where no example is left. */
  readonly outcome?: ShardOutcome
  /** By row, in the order of `values`. */
  readonly rowGradients: Float32Array
  /** The examples that were left out, by their origins: pairs of group and item. */
  readonly offenders: Uint32Array
}

/**
 * Computes a batch's gradients. Where they are not finite, halves the batch until the offending examples are found, and computes
 * them for the others: a function of batch and state alone, so that every replay leaves out the same.
 *
 * cost    one gradient run a logical shard; for k offenders among n examples about 2 k log₂ n more
 */
export async function gradeFinite(gathered: Gathered, tools: GradingTools): Promise<Grades> {
  const offenders: number[] = []
  let current = gathered
  while (current.batch.count > 0) {
    const context = contextOf(current, tools)
    const outcome = await runShards(context, tools)
    const rowGradients = new Float32Array(current.values.length)
    reduceRows(outcome.rowGradients, current.index, rowGradients)
    if (isFinite({ ...outcome, rowGradients }))
      return { batch: current.batch, outcome, rowGradients, offenders: Uint32Array.from(offenders) }
    const bad = await findOffenders(current.batch.count, async (from, to) => isFinite(await runShard(context, [from, to], tools)))
    for (const place of bad) offenders.push(current.batch.origins[2 * place], current.batch.origins[2 * place + 1])
    current = without(current, new Set(bad), tools.shape)
  }
  return { batch: current.batch, rowGradients: new Float32Array(current.values.length), offenders: Uint32Array.from(offenders) }
}

function contextOf({ batch, values, index, dense, logQ }: Gathered, { modelSet, shape }: GradingTools): ShardContext {
  const rows = new Float32Array(index.length * modelSet.rowWidth)
  expandRows(values, index, rows)
  return { batch, shape, rows, rowWidth: modelSet.rowWidth, dense, logQ }
}

/** Runs the logical shards one after the other and adds up what they say, in their order. */
async function runShards(context: ShardContext, tools: GradingTools): Promise<ShardOutcome> {
  const { count } = context.batch
  const outcomes: ShardOutcome[] = []
  for (let shard = 0; shard < tools.logicalShards; shard++) {
    const from = Math.floor((count * shard) / tools.logicalShards)
    const to = Math.floor((count * (shard + 1)) / tools.logicalShards)
    if (to > from) outcomes.push(await runShard(context, [from, to], tools))
  }
  return sumShards(outcomes)
}

async function runShard(context: ShardContext, [from, to]: readonly [number, number], { gradient }: GradingTools): Promise<ShardOutcome> {
  const { denseGradient, rowGradients, probabilities, rankLoss, recallLoss } = await gradient.run(feedsOf(context, from, to))
  return { denseGradient, rowGradients, probabilities, rankLoss: rankLoss[0], recallLoss: recallLoss[0] }
}

function without(gathered: Gathered, bad: ReadonlySet<number>, shape: ExampleShape): Gathered {
  const { batch, index, logQ } = gathered
  const places = Array.from({ length: batch.count }, (_, place) => place).filter((place) => !bad.has(place))
  const slotsOf = (place: number): Uint32Array => index.subarray(place * shape.slots, (place + 1) * shape.slots)
  const kept = new Uint32Array(places.length * shape.slots)
  places.forEach((place, i) => kept.set(slotsOf(place), i * shape.slots))
  return {
    ...gathered,
    batch: selectExamples(batch, shape, places),
    index: kept,
    logQ: Float32Array.from(places, (place) => logQ[place]),
  }
}

const isFinite = ({ denseGradient, rowGradients, rankLoss, recallLoss }: Omit<ShardOutcome, 'probabilities'>): boolean =>
  Number.isFinite(rankLoss) && Number.isFinite(recallLoss) && isFiniteGradient(denseGradient) && isFiniteGradient(rowGradients)

/** A sum is finite only if all its terms are: one pass without a branch an element. */
function isFiniteGradient(gradient: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] * 0
  return sum === 0
}
