import { type GraphRunner } from '@freshet/tensor'
import type { TrainableModel } from '@freshet/model'
import { DENSE_BLOCK, extendChain, pieceChecksum } from './chain'
import { refuseMisfit, shardRanges } from './cut-shape'
import { DenseStep } from './dense-update'
import type { EngineTools, OpenEngine, StepBatch, StepEngine, StepOptions, StepOutcome } from './engine'
import { EngineState } from './engine-state'
import { occurrencesOf, spreadGradients } from './plain-occurrences'
import { type Gathered, isUsable, PlainShards, type ShardResult, tableOf } from './plain-shards'
import { Scorer } from './scorer'

/** The engine on one thread, as plainly as it can be said: the exact twin of the one that shares its work between threads. */
export const openEngine: OpenEngine = async (model, tools) => {
  const gradient = await tools.compile(model.gradient)
  return new PlainEngine({
    ...{ model, tools, gradient },
    shards: new PlainShards(model, gradient, tools.seed),
    scorer: new Scorer(model, tools.compile),
    dense: await DenseStep.open(model, tools),
  })
}

interface PlainParts {
  readonly model: TrainableModel
  readonly tools: EngineTools
  readonly gradient: GraphRunner
  readonly shards: PlainShards
  readonly scorer: Scorer
  readonly dense?: DenseStep
}

/** A table's ids in a cut, with their places in it. */
interface Placed extends Gathered {
  readonly rows: Uint32Array
}

class PlainEngine implements StepEngine {
  readonly state: EngineState

  constructor(private readonly parts: PlainParts) {
    this.state = new EngineState(parts.model, parts.tools)
  }

  async step(batch: StepBatch, { learningRate, rowRate = 1 }: StepOptions = {}): Promise<StepOutcome> {
    const { state } = this
    const { model, tools, shards } = this.parts
    refuseMisfit(model, batch)
    state.step++
    const ranges = shardRanges(batch.count, tools.logicalShards)
    const gathered = state.tables.map((_, t) => this.place(t, batch, ranges.length))
    state.expire()
    const results: ShardResult[] = []
    for (const [nth, range] of ranges.entries())
      results.push(await shards.run({ batch, gathered, step: state.step }, { ...range, nth }, state))
    const isApplied = results.every(({ outputs }) => isUsable(outputs))
    if (isApplied) {
      const denseGradient = sumInOrder(results.map(({ outputs }) => outputs.denseGradient ?? NONE))
      this.extendChain(batch.count, results, denseGradient)
      await this.parts.dense?.move(state, denseGradient, learningRate ?? tools.learningRate)
      for (const [t, table] of state.tables.entries()) {
        const { rows } = gathered[t]
        table.learn(rows, this.rowGradients(t, gathered[t], results), { rate: rowRate })
        table.sight(rows, state.step)
      }
    } else state.takeBack()
    const total = (name: string): number => results.reduce((sum, { outputs }) => sum + outputs[name][0], 0)
    return {
      ...{ step: state.step, loss: total('loss'), isApplied },
      losses: Object.fromEntries(model.losses.map((name) => [name, total(name)])),
      scores: joined(results.map(({ outputs }) => outputs.scores)),
    }
  }

  score(batch: StepBatch): Promise<Float32Array> {
    return this.parts.scorer.score(batch, this.state)
  }

  probe(batch: StepBatch, from: number, to: number): Promise<boolean> {
    return this.parts.shards.probe(batch, [from, to], this.state)
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.gradient.release(), this.parts.scorer.release(), this.parts.dense?.release()])
  }

  /** Makes a table's ids unique, gives rows to those that have none, and reads all of them. */
  private place(t: number, batch: StepBatch, shards: number): Placed {
    const { model } = this.parts
    const table = this.state.tables[t]
    const occurrences = occurrencesOf(model.tables[t].name, model, { batch, shards })
    const { ids, count } = occurrences
    const rows = table.bearAll(ids, count, { step: this.state.step })
    const values = new Float32Array(count * table.width)
    table.gatherRows(rows, ids, values)
    return { ...occurrences, rows, values }
  }

  /** By distinct id of a table, the sum over its occurrences in their order: lookup by lookup, shard by shard. */
  private rowGradients(t: number, { count }: Gathered, results: readonly ShardResult[]): Float32Array {
    const { tables, lookups } = this.parts.model
    const sums = new Float32Array(count * tables[t].width)
    for (const lookup of lookups.filter((each) => tableOf(this.parts.model, each) === t)) {
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
