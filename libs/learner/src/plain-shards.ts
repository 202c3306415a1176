import type { Lookup, TrainableModel } from '@freshet/model'
import { type Feed, type GraphRunner, inputName } from '@freshet/tensor'
import { allColumns } from './columns'
import { bagsOf, type ShardRange } from './cut-shape'
import type { StepBatch } from './engine'
import type { EngineState } from './engine-state'
import { type Bagged, bagShard, type Occurrences, occurrencesOf, poolRows } from './plain-occurrences'
import { isUsable32 } from './usable'

/** A table's ids in a cut, with their vectors. */
export interface Gathered extends Occurrences {
  readonly values: Float32Array
}

/** What a graph said of a shard. */
export interface ShardResult {
  readonly bagged: ReadonlyMap<Lookup, Bagged>
  readonly outputs: Record<string, Float32Array>
}

/** A cut whose rows have been read. */
export interface GatheredCut {
  readonly batch: StepBatch
  /** By table. */
  readonly gathered: readonly Gathered[]
  /** Of which columns are drawn. */
  readonly step: number
}

/** Runs the gradient graph over parts of a cut, one after the other. */
export class PlainShards {
  private readonly read: readonly string[]

  constructor(
    private readonly model: TrainableModel,
    private readonly runner: GraphRunner,
    private readonly seed: number,
  ) {
    this.read = model.gradient.inputs.map(inputName)
  }

  async run(cut: GatheredCut, range: ShardRange & { nth: number }, state: EngineState): Promise<ShardResult> {
    const { feeds, bagged } = this.feedsOf(cut, range, state)
    return { bagged, outputs: await this.runner.run(Object.fromEntries(this.read.map((name) => [name, feeds[name]]))) }
  }

  /**
   * Whether what the graph says of these examples, as one shard of the step to come, could be followed. Ids without a row have the vector that they
   * would be born with.
   */
  async probe(batch: StepBatch, [from, to]: readonly [number, number], state: EngineState): Promise<boolean> {
    const gathered = state.tables.map((table, t): Gathered => {
      const occurrences = occurrencesOf(this.model.tables[t].name, this.model, { batch, shards: 1 })
      const values = new Float32Array(occurrences.count * table.width)
      table.gather(occurrences.ids, occurrences.count, values)
      return { ...occurrences, values }
    })
    const { outputs } = await this.run({ batch, gathered, step: state.step + 1 }, { shard: 0, nth: 0, from, to }, state)
    return isUsable(outputs)
  }

  private feedsOf({ batch, gathered, step }: GatheredCut, range: ShardRange & { nth: number }, state: EngineState) {
    const { model } = this
    const examples = range.to - range.from
    const feeds: Record<string, Feed> = { dense: { data: state.dense, shape: [model.parameterCount] } }
    const bagged = new Map<Lookup, Bagged>()
    for (const lookup of model.lookups) {
      const { values, ...occurrences } = gathered[tableOf(model, lookup)]
      const bags = bagShard(lookup, occurrences, range)
      const { width } = model.tables[tableOf(model, lookup)]
      bagged.set(lookup, bags)
      const shape = lookup.isShared ? [lookup.slots, width] : [examples, bagsOf(lookup), width]
      feeds[lookup.input] = { data: poolRows(bags, values, width), shape }
    }
    const columns = allColumns(model, batch, { seed: this.seed, step })
    for (const { input, width, isShared } of model.columns) {
      const data = isShared ? columns[input] : columns[input].subarray(range.from * width, range.to * width)
      feeds[input] = { data, shape: [isShared ? 1 : examples, width] }
    }
    return { feeds, bagged }
  }
}

/** Whether all that a graph said of a shard can be followed. */
export const isUsable = (outputs: Readonly<Record<string, Float32Array>>): boolean => Object.values(outputs).every(isUsable32)

/** Which of a model's tables a lookup reads. */
export const tableOf = ({ tables }: TrainableModel, { table }: Lookup): number => tables.findIndex(({ name }) => name === table)
