import type { Lookup, TrainableModel } from '@freshet/model'
import { type Feed, type GraphRunner, inputName } from '@freshet/tensor'
import { DENSE_BLOCK, extendChain, pieceChecksum } from './chain'
import { allColumns } from './columns'
import { bagsOf, refuseMisfit, type ShardRange, shardRanges } from './cut-shape'
import { DenseStep } from './dense-update'
import type { EngineTools, OpenEngine, StepBatch, StepEngine, StepOptions, StepOutcome } from './engine'
import { EngineState } from './engine-state'
import { type Bagged, bagShard, type Occurrences, occurrencesOf, poolRows, spreadGradients } from './plain-occurrences'
import { Scorer } from './scorer'
import { isUsable32 } from './usable'

/** The engine on one thread, as plainly as it can be said: the exact twin of the one that shares its work between threads. */
export const openEngine: OpenEngine = async (model, tools) => {
  return new PlainEngine({
    ...{ model, tools },
    gradient: await tools.compile(model.gradient),
    scorer: new Scorer(model, await tools.compile(model.score)),
    dense: await DenseStep.open(model, tools),
  })
}

interface PlainParts {
  readonly model: TrainableModel
  readonly tools: EngineTools
  readonly gradient: GraphRunner
  readonly scorer: Scorer
  readonly dense?: DenseStep
}

/** A table's ids in a cut, with their vectors. */
interface Gathered extends Occurrences {
  readonly values: Float32Array
  readonly rows: Uint32Array
}

/** What a graph said of a shard. */
interface ShardResult {
  readonly bagged: ReadonlyMap<Lookup, Bagged>
  readonly outputs: Record<string, Float32Array>
}

class PlainEngine implements StepEngine {
  readonly state: EngineState

  constructor(private readonly parts: PlainParts) {
    this.state = new EngineState(parts.model, parts.tools)
  }

  async step(batch: StepBatch, { learningRate, rowRate = 1 }: StepOptions = {}): Promise<StepOutcome> {
    const { state } = this
    const { model, tools } = this.parts
    refuseMisfit(model, batch)
    state.step++
    const ranges = shardRanges(batch.count, tools.logicalShards)
    const gathered = state.tables.map((table, t) => {
      const occurrences = occurrencesOf(model.tables[t].name, model, { batch, shards: ranges.length })
      const rows = table.rowsOf(occurrences.ids, occurrences.count, { step: state.step })
      const values = new Float32Array(occurrences.count * table.width)
      table.gatherRows(rows, occurrences.ids, values)
      return { ...occurrences, rows, values }
    })
    state.expire()
    const results: ShardResult[] = []
    for (const [nth, range] of ranges.entries()) results.push(await this.runShard(batch, gathered, { ...range, nth }))
    const denseGradient = sumInOrder(results.map(({ outputs }) => outputs.denseGradient ?? NONE))
    this.extendChain(batch.count, results, denseGradient)
    const isApplied = results.every(({ outputs }) => Object.values(outputs).every(isUsable32))
    if (isApplied) {
      await this.parts.dense?.move(state, denseGradient, learningRate ?? tools.learningRate)
      for (const [t, table] of state.tables.entries())
        table.learn(gathered[t].rows, this.rowGradients(t, gathered[t], results), { rate: rowRate })
    }
    const loss = results.reduce((sum, { outputs }) => sum + outputs.loss[0], 0)
    return { step: state.step, loss, scores: joined(results.map(({ outputs }) => outputs.scores)), isApplied }
  }

  score(batch: StepBatch): Promise<Float32Array> {
    return this.parts.scorer.score(batch, this.state)
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.gradient.release(), this.parts.scorer.release(), this.parts.dense?.release()])
  }

  private async runShard(batch: StepBatch, gathered: readonly Gathered[], range: ShardRange & { nth: number }): Promise<ShardResult> {
    const { model, gradient } = this.parts
    const { feeds, bagged } = this.feedsOf(batch, gathered, range)
    return { bagged, outputs: await gradient.run(only(feeds, model.gradient.inputs.map(inputName))) }
  }

  private feedsOf(batch: StepBatch, gathered: readonly Gathered[], range: ShardRange & { nth: number }) {
    const { model, tools } = this.parts
    const examples = range.to - range.from
    const feeds: Record<string, Feed> = { dense: { data: this.state.dense, shape: [model.parameterCount] } }
    const bagged = new Map<Lookup, Bagged>()
    for (const lookup of model.lookups) {
      const { values, ...occurrences } = gathered[this.tableOf(lookup)]
      const bags = bagShard(lookup, occurrences, range)
      const { width } = model.tables[this.tableOf(lookup)]
      bagged.set(lookup, bags)
      const shape = lookup.isShared ? [lookup.slots, width] : [examples, bagsOf(lookup), width]
      feeds[lookup.input] = { data: poolRows(bags, values, width), shape }
    }
    const columns = allColumns(model, batch, { seed: tools.seed, step: this.state.step })
    for (const { input, width, isShared } of model.columns) {
      const data = isShared ? columns[input] : columns[input].subarray(range.from * width, range.to * width)
      feeds[input] = { data, shape: [isShared ? 1 : examples, width] }
    }
    return { feeds, bagged }
  }

  /** By distinct id of a table, the sum over its occurrences in their order: lookup by lookup, shard by shard. */
  private rowGradients(t: number, { count }: Gathered, results: readonly ShardResult[]): Float32Array {
    const { tables, lookups } = this.parts.model
    const sums = new Float32Array(count * tables[t].width)
    for (const lookup of lookups.filter((each) => this.tableOf(each) === t)) {
      for (const { bagged, outputs } of results) {
        const bags = bagged.get(lookup)
        if (bags) spreadGradients(bags, outputs[lookup.gradient], sums)
      }
    }
    return sums
  }

  private extendChain(count: number, results: readonly ShardResult[], denseGradient: Float32Array): void {
    const { state } = this
    const shards = results.map(({ outputs }) => ({
      loss: outputs.loss[0],
      checksums: this.parts.model.lookups.map(({ gradient }) => pieceChecksum(outputs[gradient])),
    }))
    const blocks = Array.from({ length: Math.ceil(denseGradient.length / DENSE_BLOCK) }, (_, b) =>
      pieceChecksum(denseGradient.subarray(b * DENSE_BLOCK, (b + 1) * DENSE_BLOCK)),
    )
    state.chain = extendChain(state.chain, { step: state.step, count, shards, blocks })
  }

  private tableOf({ table }: Lookup): number {
    return this.parts.model.tables.findIndex(({ name }) => name === table)
  }
}

const NONE = new Float32Array(0)

/** math  Σ in order, each addition rounded to Float32 */
function sumInOrder(parts: readonly Float32Array[]): Float32Array {
  const sum = parts[0].slice()
  for (const part of parts.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += part[i]
  return sum
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  parts.reduce((at, part) => {
    whole.set(part, at)
    return at + part.length
  }, 0)
  return whole
}

const only = (feeds: Readonly<Record<string, Feed>>, names: readonly string[]): Record<string, Feed> =>
  Object.fromEntries(names.map((name) => [name, feeds[name]]))
