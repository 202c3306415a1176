import type { Cut, ExampleGroup } from '@freshet/contracts'
import { Cut as CutMessage } from '@freshet/contracts'
import { unique } from '@freshet/embedding'
import { bytesOf, checksum64, uint32Of, utf8 } from '@freshet/kernel'
import { carryDense, type ModelSet } from '@freshet/model'
import type { GraphRunner } from '@freshet/tensor'
import { appendGroup, type Batch, type ExampleShape, makeBatch } from './batch'
import type { LearnerState } from './learner-state'
import { gradeFinite } from './grading'
import type { ReadExample, UnderDictionary } from './line-dictionaries'

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
  readonly skipped: readonly SkippedExample[]
}

/** A cut unpacked. */
interface Taken {
  readonly batch: Batch
  readonly refused: number
  readonly acceptedMs: number
  readonly forgotten: Uint32Array
  /** Where the batch's groups came from. */
  readonly places: Omit<SkippedExample, 'item'>[]
}

/** An example that was left out, since its gradient was not finite. */
export interface SkippedExample {
  readonly partition: number
  readonly group: ExampleGroup
  /** Which of the group's items. */
  readonly item: number
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
    private tools: LearnerTools,
    private read: ReadExample = (group) => group,
  ) {}

  /** What is learned. */
  get modelSet(): ModelSet {
    return this.tools.modelSet
  }

  /** Goes on under another dictionary: dense parameters and their slots are carried by name, and slots of what is new begin at zero. */
  adopt({ hash, tools, read }: UnderDictionary): void {
    const { state } = this
    const [from, to] = [this.modelSet.parameters, tools.modelSet.parameters]
    const unmoved = new Float32Array(tools.modelSet.parameterCount)
    state.dense = carryDense({ from, to, born: tools.modelSet.initialDense() }, state.dense)
    state.mean = carryDense({ from, to, born: unmoved }, state.mean)
    state.square = carryDense({ from, to, born: unmoved }, state.square)
    state.chain = checksum64(state.chain, utf8(hash))
    this.tools = tools
    this.read = read
  }

  /** Learns from one cut. Every example is scored before it is learned from. */
  async step(cut: Cut, parts: readonly CutPart[]): Promise<StepOutcome> {
    const { state } = this
    const { batch, refused, acceptedMs, forgotten, places } = this.take(parts)
    state.step = cut.step
    state.chain = checksum64(state.chain, CutMessage.encode(cut).finish())
    const { touched: learned, offenders } = await this.learn(batch, cut.step, refused)
    state.table.rebirth(forgotten, forgotten.length / 2) // what the cut itself has learned of them goes too
    const touched = forgotten.length === 0 ? learned : joined([learned, forgotten])
    const skipped = Array.from({ length: offenders.length / 2 }, (_, i) => ({ ...places[offenders[2 * i]], item: offenders[2 * i + 1] }))
    return { step: cut.step, examples: batch.count, touched, touchedCount: touched.length / 2, acceptedMs, skipped }
  }

  /** Passes over a void cut: its places count, and what it forgets, but nothing of it is learned. */
  skip(cut: Cut, parts: readonly CutPart[]): StepOutcome {
    const { state } = this
    const { acceptedMs, forgotten } = this.take(parts)
    state.step = cut.step
    state.skippedSteps++
    state.chain = checksum64(checksum64(state.chain, CutMessage.encode(cut).finish()), VOID_MARK)
    state.table.rebirth(forgotten, forgotten.length / 2)
    return { step: cut.step, examples: 0, touched: forgotten, touchedCount: forgotten.length / 2, acceptedMs, skipped: [] }
  }

  /** Learns from a batch, but for what makes no finite gradient. */
  private async learn(batch: Batch, step: number, refused: number): Promise<{ touched: Uint32Array; offenders: Uint32Array }> {
    const { state, tools } = this
    if (batch.count === 0) {
      state.metrics.count({ examples: 0, refused, rankLoss: 0, recallLoss: 0 })
      return { touched: NONE, offenders: NONE }
    }
    const { ids, count, index } = unique(batch.ids.subarray(0, batch.count * tools.shape.slots * 2), batch.count * tools.shape.slots)
    const rows = state.table.rowsOf(ids, count, { step })
    const values = new Float32Array(count * tools.modelSet.rowWidth)
    state.table.gatherRows(rows, ids, values)
    const grades = await gradeFinite({ batch, values, index, dense: state.dense, logQ: this.countColumns(batch) }, tools)
    const { outcome, offenders } = grades
    const losses = { rankLoss: outcome?.rankLoss ?? 0, recallLoss: outcome?.recallLoss ?? 0 }
    state.metrics.count({ examples: grades.batch.count, refused: refused + offenders.length / 2, ...losses })
    if (offenders.length > 0) state.chain = checksum64(state.chain, bytesOf(offenders))
    if (outcome) {
      state.metrics.observe(grades.batch, outcome.probabilities)
      state.chain = checksum64(checksum64(state.chain, bytesOf(outcome.denseGradient)), bytesOf(grades.rowGradients))
      await this.updateDense(outcome.denseGradient)
      state.table.applyAdagrad(rows, grades.rowGradients, { learningRate: tools.modelSet.learningRate.rows })
    } else state.skippedSteps++
    return { touched: ids.subarray(0, 2 * count), offenders }
  }

  /** Moves the positions over the cut and unpacks what is next in order; what came before comes again as a duplicate, and is dropped. */
  private take(parts: readonly CutPart[]): Taken {
    const { state, tools } = this
    const capacity = parts.reduce((sum, { groups }) => sum + groups.reduce((items, group) => items + group.items.length, 0), 0)
    const batch = makeBatch(tools.shape, capacity)
    let refused = 0
    let acceptedMs = 0
    const forgotten: Uint32Array[] = []
    const places: Taken['places'] = []
    for (const { partition, to, groups } of parts) {
      state.positions[partition] = to
      for (const group of groups) {
        if (!this.isNext(partition, group)) {
          state.duplicates++
          continue
        }
        state.contains[partition] = group.sourceOffset
        state.ordinals[partition] = group.ordinal
        places.push({ partition, group })
        refused += appendGroup(batch, tools.shape, this.read(group))
        acceptedMs = Math.max(acceptedMs, group.acceptedMs)
        if (group.forgottenIds.length > 0) forgotten.push(uint32Of(group.forgottenIds))
      }
    }
    return { batch, refused, acceptedMs, forgotten: joined(forgotten), places }
  }

  private isNext(partition: number, { sourceOffset, ordinal }: ExampleGroup): boolean {
    const { contains, ordinals } = this.state
    return sourceOffset > contains[partition] || (sourceOffset === contains[partition] && ordinal > ordinals[partition])
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
