import type { Cut, ExampleGroup } from '@freshet/contracts'
import { Cut as CutMessage } from '@freshet/contracts'
import { expandRows, reduceRows, unique } from '@freshet/embedding'
import { bytesOf, checksum64, uint32Of, utf8 } from '@freshet/kernel'
import type { ModelSet } from '@freshet/model'
import type { GraphRunner } from '@freshet/tensor'
import { appendGroup, type Batch, type ExampleShape, makeBatch } from './batch'
import type { LearnerState } from './learner-state'
import { feedsOf, type ShardOutcome, sumShards } from './shards'

/** One range of a cut with the groups that it names. */
export interface CutPart {
  readonly partition: number
  readonly to: number
  readonly groups: readonly ExampleGroup[]
}

/** What one step did. */
export interface StepOutcome {
  readonly step: number
  readonly examples: number
  /** The ids whose rows changed: `touchedCount` u32 pairs. */
  readonly touched: Uint32Array
  readonly touchedCount: number
  /** The wall clock of acceptance of the newest example, for freshness. */
  readonly acceptedMs: number
}

/** What a learner computes with. */
export interface LearnerTools {
  readonly modelSet: ModelSet
  readonly shape: ExampleShape
  readonly gradient: GraphRunner
  readonly update: GraphRunner
  /** L: a constant of the genesis record, so that the weights do not depend on how many workers there are. */
  readonly logicalShards: number
}

/**
 * Executes cuts: the one function from state and cut to state that owners, followers and twins share.
 *
 * math    g = Σ over shards, in order, of ∇(mean loss over the cut);  dense by Adam, rows by row-wise Adagrad
 * cost    one gradient run a shard, one update run; the rest is proportional to the ids that the cut touches
 */
export class Learner {
  constructor(
    readonly state: LearnerState,
    private readonly tools: LearnerTools,
  ) {}

  /** Learns from one cut. Every example is scored before it is learned from. */
  async step(cut: Cut, parts: readonly CutPart[]): Promise<StepOutcome> {
    const { state } = this
    const { batch, refused, acceptedMs, forgotten } = this.take(parts)
    state.step = cut.step
    state.chain = checksum64(state.chain, CutMessage.encode(cut).finish())
    const learned = await this.learn(batch, cut.step, refused)
    state.table.rebirth(forgotten, forgotten.length / 2) // what the cut itself has learned of them goes too
    const touched = forgotten.length === 0 ? learned : joined([learned, forgotten])
    return { step: cut.step, examples: batch.count, touched, touchedCount: touched.length / 2, acceptedMs }
  }

  /** Passes over a void cut: its places count, and what it forgets, but nothing of it is learned. */
  skip(cut: Cut, parts: readonly CutPart[]): StepOutcome {
    const { state } = this
    const { acceptedMs, forgotten } = this.take(parts)
    state.step = cut.step
    state.skippedSteps++
    state.chain = checksum64(checksum64(state.chain, CutMessage.encode(cut).finish()), VOID_MARK)
    state.table.rebirth(forgotten, forgotten.length / 2)
    return { step: cut.step, examples: 0, touched: forgotten, touchedCount: forgotten.length / 2, acceptedMs }
  }

  /** Learns from a batch; returns the ids of the rows that it touched, as pairs. */
  private async learn(batch: Batch, step: number, refused: number): Promise<Uint32Array> {
    const { state, tools } = this
    if (batch.count === 0) {
      state.metrics.count({ examples: 0, refused, rankLoss: 0, recallLoss: 0 })
      return NONE
    }
    const ids = unique(batch.ids.subarray(0, batch.count * tools.shape.slots * 2), batch.count * tools.shape.slots)
    const rows = state.table.rowsOf(ids.ids, ids.count, { step })
    const values = new Float32Array(ids.count * tools.modelSet.rowWidth)
    state.table.gatherRows(rows, ids.ids, values)
    const outcome = await this.gradients(batch, values, ids.index)
    state.metrics.observe(batch, outcome.probabilities)
    state.metrics.count({ examples: batch.count, refused, rankLoss: outcome.rankLoss, recallLoss: outcome.recallLoss })
    const rowGradients = new Float32Array(values.length)
    reduceRows(outcome.rowGradients, ids.index, rowGradients)
    state.chain = checksum64(checksum64(state.chain, bytesOf(outcome.denseGradient)), bytesOf(rowGradients))
    if (isFiniteGradient(outcome.denseGradient) && isFiniteGradient(rowGradients)) {
      await this.updateDense(outcome.denseGradient)
      state.table.applyAdagrad(rows, rowGradients, { learningRate: tools.modelSet.learningRate.rows })
    } else state.skippedSteps++
    return ids.ids.subarray(0, 2 * ids.count)
  }

  /** Moves the positions over the cut and unpacks what is next in order; what came before comes again as a duplicate, and is dropped. */
  private take(parts: readonly CutPart[]): { batch: Batch; refused: number; acceptedMs: number; forgotten: Uint32Array } {
    const { state, tools } = this
    const capacity = parts.reduce((sum, { groups }) => sum + groups.reduce((items, group) => items + group.items.length, 0), 0)
    const batch = makeBatch(tools.shape, capacity)
    let refused = 0
    let acceptedMs = 0
    const forgotten: Uint32Array[] = []
    for (const { partition, to, groups } of parts) {
      state.positions[partition] = to
      for (const group of groups) {
        if (!this.isNext(partition, group)) {
          state.duplicates++
          continue
        }
        state.contains[partition] = group.sourceOffset
        state.ordinals[partition] = group.ordinal
        refused += appendGroup(batch, tools.shape, group)
        acceptedMs = Math.max(acceptedMs, group.acceptedMs)
        if (group.forgottenIds.length > 0) forgotten.push(uint32Of(group.forgottenIds))
      }
    }
    return { batch, refused, acceptedMs, forgotten: joined(forgotten) }
  }

  private isNext(partition: number, { sourceOffset, ordinal }: ExampleGroup): boolean {
    const { contains, ordinals } = this.state
    return sourceOffset > contains[partition] || (sourceOffset === contains[partition] && ordinal > ordinals[partition])
  }

  /** Runs the logical shards one after the other and adds up what they say, in their order. */
  private async gradients(batch: Batch, values: Float32Array, index: Uint32Array): Promise<ShardOutcome> {
    const { modelSet, shape, logicalShards } = this.tools
    const rows = new Float32Array(index.length * modelSet.rowWidth)
    expandRows(values, index, rows)
    const context = { batch, shape, rows, rowWidth: modelSet.rowWidth, dense: this.state.dense, logQ: this.countColumns(batch) }
    const outcomes: ShardOutcome[] = []
    for (let shard = 0; shard < logicalShards; shard++) {
      const from = Math.floor((batch.count * shard) / logicalShards)
      const to = Math.floor((batch.count * (shard + 1)) / logicalShards)
      if (to === from) continue
      outcomes.push(await this.runShard(feedsOf(context, from, to)))
    }
    return sumShards(outcomes)
  }

  private async runShard(feeds: ReturnType<typeof feedsOf>): Promise<ShardOutcome> {
    const { denseGradient, rowGradients, probabilities, rankLoss, recallLoss } = await this.tools.gradient.run(feeds)
    return { denseGradient, rowGradients, probabilities, rankLoss: rankLoss[0], recallLoss: recallLoss[0] }
  }

  /** Counts the cut's columns, then says how probable each was. */
  private countColumns(batch: Batch): Float32Array {
    const { frequency } = this.state
    for (let i = 0; i < batch.count; i++) frequency.count(batch.items[2 * i], batch.items[2 * i + 1])
    return Float32Array.from({ length: batch.count }, (_, i) => frequency.logProbability(batch.items[2 * i], batch.items[2 * i + 1]))
  }

  private async updateDense(gradient: Float32Array): Promise<void> {
    const { state, tools } = this
    const { learningRate, adam } = tools.modelSet
    state.powers[0] *= adam.beta1
    state.powers[1] *= adam.beta2
    const length = [state.dense.length]
    const next = await tools.update.run({
      dense: { data: state.dense, shape: length },
      m: { data: state.mean, shape: length },
      v: { data: state.square, shape: length },
      gradient: { data: gradient, shape: length },
      schedule: { data: new Float32Array([learningRate.dense, 1 - state.powers[0], 1 - state.powers[1]]), shape: [3] },
    })
    state.dense = next.dense
    state.mean = next.m
    state.square = next.v
  }
}

const NONE = new Uint32Array(0)
const VOID_MARK = utf8('void')

function joined(lists: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const list of lists) {
    whole.set(list, at)
    at += list.length
  }
  return whole
}

/** A sum is finite only if all its terms are: one pass without a branch an element. */
function isFiniteGradient(gradient: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] * 0
  return sum === 0
}
