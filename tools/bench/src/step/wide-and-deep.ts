import { Cut, ExampleGroup, ExampleItem, LabelSource } from '@freshet/contracts'
import { openTable, type Table } from '@freshet/embedding'
import type { FeatureLayout, ModelDeclaration, PartLayout } from '@freshet/features'
import { bytesOf } from '@freshet/kernel'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import { differentiate, type GraphRunner, type GraphSpec, input, logisticLoss } from '@freshet/tensor'
import { genesisState, Learner, shapeOf } from '@freshet/training'
import { idsOf, type RawBatch, SHAPE, type StepWork } from './work'

/** Shards a step: the product's default. */
export const LOGICAL_SHARDS = 4

const BIRTHS_AT_ONCE = 65_536

/** The product's own learner on the Wide & Deep model alone, its table filled, its batches decoded. */
export class WideAndDeepSteps {
  private next = 0

  private constructor(
    private readonly learner: Learner,
    private readonly batches: readonly ExampleGroup[][],
  ) {}

  static async open(work: StepWork, batches: readonly RawBatch[]): Promise<WideAndDeepSteps> {
    const modelSet = declareModelSet(LAYOUT, MODEL)
    const { rowWidth: width, segments, rowScales } = modelSet
    const table = openTable({ width, segments, rowScales, seed: MODEL.seed })
    fill(table, work.rows)
    const compile = compileOnnx()
    const gradient = withoutRecall(await compile(rankGradient(modelSet)))
    const update = await compile(modelSet.graphs.update)
    const tools = { modelSet, shape: shapeOf(LAYOUT), gradient, update, logicalShards: LOGICAL_SHARDS }
    return new WideAndDeepSteps(new Learner(genesisState({ modelSet, partitions: 1, table }), tools), batches.map(groupsOf))
  }

  /** Takes so many steps; answers the seconds that they took. */
  async run(steps: number): Promise<number> {
    const startMs = performance.now()
    for (let i = 0; i < steps; i++) {
      const step = ++this.next
      const groups = this.batches[step % this.batches.length]
      groups.forEach((group, at) => (group.sourceOffset = step * groups.length + at)) // what comes again in the log is dropped
      await this.learner.step(Cut.create({ step, ranges: [{ partition: 0, from: step, to: step + 1 }] }), [
        { partition: 0, to: step + 1, groups },
      ])
    }
    return (performance.now() - startMs) / 1000
  }

  /** The smoothed loss: a step that learns nothing is fast. */
  get loss(): number {
    return this.learner.state.metrics.read().rankLoss
  }
}

/** Twelve fields of one slot for the user, twelve for the item; no numbers. */
const part = (prefix: string, ids: number): PartLayout => ({
  fields: Array.from({ length: ids }, (_, start) => ({ name: `${prefix}${start}`, start, length: 1 })),
  ids,
  numbers: 0,
  numberNames: [],
})
const LAYOUT: FeatureLayout = { user: part('user', SHAPE.slots / 2), item: part('item', SHAPE.slots / 2), cross: part('cross', 0) }

/** The smallest two-tower that a model set may have stands beside it, and is not run: two floats of each row stay as they are. */
const MODEL: ModelDeclaration = {
  seed: 1,
  rank: { dimensions: SHAPE.dimensions, hidden: [...SHAPE.hidden] },
  recall: { dimensions: 1, hidden: [], width: 2, temperature: 1, normalise: false },
  learningRate: { dense: 0.001, rows: 0.05 },
  admission: 1,
}

/** The gradient of the rank loss alone, through the logits of the product's own rank graph. */
function rankGradient({ graphs }: ModelSet): GraphSpec {
  const { probabilities } = graphs.rank.outputs
  const [labels, rankWeights] = ['labels', 'rankWeights'].map((name) => input(name, ['B', 1]))
  const rankLoss = logisticLoss(probabilities.inputs[0], { labels, weights: rankWeights })
  const [dense, rows] = graphs.rank.inputs
  const [denseGradient, rowGradients] = differentiate(rankLoss, [dense, rows])
  return {
    name: 'rank-gradient',
    inputs: [dense, rows, labels, rankWeights],
    outputs: { denseGradient, rowGradients, probabilities, rankLoss },
  }
}

/** A learner feeds both models; this one reads its own, and owes nothing for the other. */
const withoutRecall = (runner: GraphRunner): GraphRunner => ({
  run: async ({ dense, rows, labels, rankWeights }) => ({
    ...(await runner.run({ dense, rows, labels, rankWeights })),
    recallLoss: new Float32Array(1),
  }),
  release: () => runner.release(),
})

function fill(table: Table, rows: number): void {
  for (let from = 0; from < rows; from += BIRTHS_AT_ONCE) {
    const count = Math.min(BIRTHS_AT_ONCE, rows - from)
    table.rowsOf(idsOf(Uint32Array.from({ length: count }, (_, i) => from + i)), count, { step: 0 })
  }
}

function groupsOf({ rows, labels }: RawBatch): ExampleGroup[] {
  const pairs = bytesOf(idsOf(rows))
  const half = (SHAPE.slots / 2) * 8
  return Array.from(labels, (label, i) => {
    const at = 2 * half * i
    const item = { label, weight: 1, source: LabelSource.LABEL_SOURCE_RECORD, ids: pairs.subarray(at + half, at + 2 * half), itemLo: i + 1 }
    return ExampleGroup.create({ userIds: pairs.subarray(at, at + half), userLo: i + 1, items: [ExampleItem.create(item)] })
  })
}
