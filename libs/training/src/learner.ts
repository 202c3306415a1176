import type { Cut, ExampleGroup } from '@freshet/contracts'
import { Cut as CutMessage } from '@freshet/contracts'
import { bytesOf, uint32Of, utf8 } from '@freshet/kernel'
import type { EngineState, StepEngine } from '@freshet/learner'
import { carryDense, type ModelSet } from '@freshet/model'
import { appendGroup, type Batch, makeBatch } from './batch'
import { type FiniteStep, stepFinite } from './finite-step'
import { type GenesisOptions, LearnerState } from './learner-state'
import type { ModelTools, ReadExample, UnderDictionary } from './line-dictionaries'

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
  /** The ids whose rows changed or were given up, as u32 pairs: each at least once, and none (0, 0) where a slot is empty. */
  readonly touched: Uint32Array
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

/** What a learner begins with. */
export interface LearnerOptions extends GenesisOptions {
  readonly tools: ModelTools
  /** L: a constant of the genesis record, so that the weights do not depend on how many workers there are. */
  readonly logicalShards: number
  /** Examples as the tools read them; as they are unless told. */
  readonly read?: ReadExample
}

/**
 * Executes cuts: the one function from state and cut to state that owners, followers and twins share.
 *
 * math    g = Σ over shards, in order, of ∇(mean loss over the cut);  dense by Adam, rows by row-wise Adagrad
 * cost    one step of the engine; the rest is proportional to the ids that the cut touches
 */
export class Learner {
  private constructor(
    readonly state: LearnerState,
    private engine: StepEngine,
    private under: Required<Pick<LearnerOptions, 'tools' | 'logicalShards' | 'read'>>,
  ) {}

  /** Begins before the first step. */
  static async open({ tools, logicalShards, read = (group) => group, ...genesis }: LearnerOptions): Promise<Learner> {
    const engine = await openEngineOf(tools, logicalShards)
    return new Learner(new LearnerState(engine.state, genesis), engine, { tools, logicalShards, read })
  }

  /** What is learned. */
  get modelSet(): ModelSet {
    return this.under.tools.modelSet
  }

  /** Goes on under another dictionary: dense parameters and their slots are carried by name, and slots of what is new begin at zero. */
  async adopt({ hash, tools, read }: UnderDictionary): Promise<void> {
    const { state, under, engine: before } = this
    const engine = await openEngineOf(tools, under.logicalShards, state.model)
    const carry = (born: Float32Array, flat: Float32Array): Float32Array =>
      carryDense({ from: this.modelSet.parameters, to: tools.modelSet.parameters, born }, flat)
    engine.state.dense = carry(engine.state.dense, state.model.dense)
    engine.state.slots = engine.state.slots.map((born, i) => carry(born, state.model.slots[i]))
    engine.state.extendChain(utf8(hash))
    state.model = engine.state
    this.engine = engine
    this.under = { ...under, tools, read }
    await before.close()
  }

  /** Learns from one cut. Every example is scored before it is learned from. */
  async step(cut: Cut, parts: readonly CutPart[]): Promise<StepOutcome> {
    const { state } = this
    const { batch, refused, acceptedMs, forgotten, places } = this.take(parts)
    state.step = cut.step
    state.model.extendChain(CutMessage.encode(cut).finish())
    const { offenders, gone } = await this.learn(batch, refused)
    state.table.delete(forgotten, forgotten.length / 2) // what the cut itself has learned of them goes too
    const learned = batch.ids.subarray(0, 2 * batch.count * this.under.tools.shape.slots)
    const touched = forgotten.length + gone.length === 0 ? learned : joined([learned, forgotten, gone])
    const skipped = Array.from({ length: offenders.length / 2 }, (_, i) => ({ ...places[offenders[2 * i]], item: offenders[2 * i + 1] }))
    return { step: cut.step, examples: batch.count, touched, acceptedMs, skipped }
  }

  /** Passes over a void cut: its places count, and what it forgets, but nothing of it is learned. */
  skip(cut: Cut, parts: readonly CutPart[]): StepOutcome {
    const { state } = this
    const { acceptedMs, forgotten } = this.take(parts)
    state.step = cut.step
    state.skippedSteps++
    state.model.extendChain(CutMessage.encode(cut).finish())
    state.model.extendChain(VOID_MARK)
    state.table.delete(forgotten, forgotten.length / 2)
    return { step: cut.step, examples: 0, touched: forgotten, acceptedMs, skipped: [] }
  }

  /** Ends what computes: the state may still be read. */
  close(): Promise<void> {
    return this.engine.close()
  }

  /** Learns from a batch, but for what makes no finite gradient. */
  private async learn(batch: Batch, refused: number): Promise<Pick<FiniteStep, 'offenders' | 'gone'>> {
    const { state } = this
    const finite = await stepFinite(this.engine, this.under.tools.shape, { batch, logQ: this.countColumns(batch) })
    const { outcome, offenders, gone } = finite
    const { rankLoss = 0, recallLoss = 0 } = outcome?.losses ?? {}
    state.metrics.count({ examples: finite.batch.count, refused: refused + offenders.length / 2, rankLoss, recallLoss })
    if (offenders.length > 0) state.model.extendChain(bytesOf(offenders))
    if (outcome) state.metrics.observe(finite.batch, outcome.scores)
    else if (batch.count > 0) state.skippedSteps++
    return { offenders, gone }
  }

  /** Moves the positions over the cut and unpacks what is next in order; what came before comes again as a duplicate, and is dropped. */
  private take(parts: readonly CutPart[]): Taken {
    const { state, under } = this
    const { shape } = under.tools
    const capacity = parts.reduce((sum, { groups }) => sum + groups.reduce((items, group) => items + group.items.length, 0), 0)
    const batch = makeBatch(shape, capacity)
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
        refused += appendGroup(batch, shape, under.read(group))
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
}

/** Opens what computes a model set's steps; `predecessor` is the state of another dictionary's model, whose rows it goes on with. */
function openEngineOf(
  { modelSet, openEngine, compile, memory = {} }: ModelTools,
  logicalShards: number,
  predecessor?: EngineState,
): Promise<StepEngine> {
  const { learned, update, seed, admission, learningRate, memory: rules } = modelSet
  const shards = rules.memoryBytes !== undefined && { shards: undefined } // of how many rows find room: as many for everybody
  const tables = Object.fromEntries(learned.tables.map(({ name }) => [name, { ...memory, ...rules, ...shards }]))
  return openEngine(learned, { compile, update, seed, admission, logicalShards, tables, predecessor, learningRate: learningRate.dense })
}

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
