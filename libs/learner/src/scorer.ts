import type { TrainableModel } from '@freshet/model'
import { type CompileGraph, type Feed, type GraphRunner, inputName } from '@freshet/tensor'
import { asFed, bagsOf, refuseMisfit } from './cut-shape'
import type { StepBatch } from './engine'
import type { EngineState } from './engine-state'
import { bagShard, occurrencesOf, poolRows } from './plain-occurrences'

/** Scores batches by a state as it is; its graph is compiled for the first of them. Ids without a row have the vector that they would be born with. */
export class Scorer {
  private compiled: Promise<GraphRunner> | undefined

  constructor(
    private readonly model: TrainableModel,
    private readonly compile: CompileGraph,
  ) {}

  /** shape  → Float32[count, n] */
  async score(batch: StepBatch, { tables, dense }: EngineState): Promise<Float32Array> {
    const model = asFed(this.model, batch)
    const read = model.score.inputs.map(inputName)
    refuseMisfit(model, batch, (name) => read.includes(name))
    const all: Record<string, Feed> = { dense: { data: dense, shape: [model.parameterCount] } }
    for (const [t, { name, width }] of model.tables.entries()) {
      const lookups = model.lookups.filter(({ table, input }) => table === name && read.includes(input))
      const occurrences = occurrencesOf(name, { ...model, lookups }, { batch, shards: 1 })
      const values = new Float32Array(occurrences.count * width)
      tables[t].gather(occurrences.ids, occurrences.count, values)
      for (const lookup of lookups) {
        const shape = lookup.isShared ? [lookup.slots, width] : [batch.count, bagsOf(lookup), width]
        all[lookup.input] = {
          data: poolRows(bagShard(lookup, occurrences, { shard: 0, from: 0, to: batch.count, nth: 0 }), values, width),
          shape,
        }
      }
    }
    for (const { input, width, isShared } of model.columns) {
      if (batch.columns[input]) all[input] = { data: batch.columns[input], shape: [isShared ? 1 : batch.count, width] }
    }
    this.compiled ??= this.compile(model.score)
    const { scores } = await (await this.compiled).run(Object.fromEntries(read.map((name) => [name, all[name]])))
    return scores
  }

  async release(): Promise<void> {
    await (await this.compiled)?.release()
  }
}
