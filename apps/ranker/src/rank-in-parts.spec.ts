import { builtInDictionary, compileDictionary, type FeatureLayout } from '@freshet/features'
import { randomUnit } from '@freshet/kernel'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import type { Feed } from '@freshet/tensor'

const CANDIDATES = 40
const PARTS = ['user', 'item', 'cross'] as const
type Part = keyof FeatureLayout

const modelSetOf = (rank: string): ModelSet => {
  const { layout, declared } = compileDictionary(builtInDictionary('demo').replace(/^ {2}rank: .*$/m, `  rank: ${rank}`))
  return declareModelSet(layout, declared.model)
}

describe.each([
  ['Wide & Deep', '{ dimensions: 8, hidden: [32, 16] }'],
  ['DeepFM', '{ kind: deepfm, dimensions: 8, hidden: [32, 16] }'],
  ['DCN-V2', '{ kind: dcn-v2, dimensions: 8, hidden: [32, 16] }'],
  ['stacked DCN-V2 of low rank', '{ kind: dcn-v2, dimensions: 8, hidden: [32, 16], crossLayers: 3, crossRank: 8, structure: stacked }'],
])('the graphs by which a %s is served', (_, rank) => {
  const modelSet = modelSetOf(rank)
  const { graphs } = modelSet

  it('say in ONNX Runtime of each candidate what the graph that learned says of the whole example, to 1e-5', async () => {
    const specs = [graphs.rank, graphs.rankItem, graphs.rankParts]
    const [whole, item, parts] = await Promise.all(specs.map(compileOnnx()))
    const { probabilities: expected } = await whole.run(wholeFeeds(modelSet))
    const { part } = await item.run(itemFeeds(modelSet))
    const { probabilities: actual } = await parts.run(partsFeeds(modelSet, part))
    await Promise.all([whole, item, parts].map((runner) => runner.release()))
    expect(actual).toHaveLength(CANDIDATES)
    expect(actual.reduce((most, score, b) => Math.max(most, Math.abs(score - expected[b])), 0)).toBeLessThan(1e-5)
    expect(new Set(expected).size).toBeGreaterThan(CANDIDATES / 2)
  })
})

type Feeds = Readonly<Record<string, Feed>>

/** Examples of one user, in whose fields one slot each is filled: so a row is the mean of its field. */
function wholeFeeds(modelSet: ModelSet): Feeds {
  const { slots, rowWidth, numbers, layout } = modelSet
  const rows = new Float32Array(CANDIDATES * slots * rowWidth)
  const pooling = new Float32Array(CANDIDATES * slots)
  const values: number[] = []
  for (let b = 0; b < CANDIDATES; b++) {
    let slot = b * slots
    for (const part of PARTS) {
      layout[part].fields.forEach(({ start }, field) => {
        pooling[slot + start] = 1
        for (let k = 0; k < rowWidth; k++) rows[(slot + start) * rowWidth + k] = rowCell(part, b, [field, k])
      })
      slot += layout[part].ids
      values.push(...numbersOf(modelSet, part, b))
    }
  }
  return {
    dense: dense(modelSet),
    rows: { data: rows, shape: [CANDIDATES, slots, rowWidth] },
    pooling: { data: pooling, shape: [CANDIDATES, slots] },
    numbers: { data: Float32Array.from(values), shape: [CANDIDATES, numbers] },
  }
}

const itemFeeds = (modelSet: ModelSet): Feeds => ({
  dense: dense(modelSet),
  rows: means(modelSet, 'item', CANDIDATES),
  numbers: numbers(modelSet, 'item', CANDIDATES),
})

const partsFeeds = (modelSet: ModelSet, itemParts: Float32Array): Feeds => ({
  dense: dense(modelSet),
  ...{ userRows: means(modelSet, 'user', 1), userNumbers: numbers(modelSet, 'user', 1) },
  ...{ crossRows: means(modelSet, 'cross', CANDIDATES), crossNumbers: numbers(modelSet, 'cross', CANDIDATES) },
  itemParts: { data: itemParts, shape: [CANDIDATES, modelSet.partWidth] },
})

/** Not as at the first start: biases are moved off zero. */
const dense = (modelSet: ModelSet): Feed => ({
  data: modelSet.initialDense().map((value, i) => value + ((i * 37) % 101) / 1000 - 0.05),
  shape: [modelSet.parameterCount],
})

function means({ layout, rankWidth }: ModelSet, part: Part, count: number): Feed {
  const fields = layout[part].fields.length
  const cells = Array.from({ length: count * fields * rankWidth }, (_, i) =>
    rowCell(part, Math.floor(i / (fields * rankWidth)), [Math.floor(i / rankWidth) % fields, i % rankWidth]),
  )
  return { data: Float32Array.from(cells), shape: [count, fields, rankWidth] }
}

function numbers(modelSet: ModelSet, part: Part, count: number): Feed {
  const values = Array.from({ length: count }, (_, b) => numbersOf(modelSet, part, b)).flat()
  return { data: Float32Array.from(values), shape: [count, modelSet.layout[part].numbers] }
}

const rowCell = (part: Part, b: number, [field, k]: readonly [field: number, k: number]): number =>
  randomUnit(ownerOf(part, b), field, k) - 0.5

const numbersOf = ({ layout }: ModelSet, part: Part, b: number): number[] =>
  Array.from({ length: layout[part].numbers }, (_, k) => randomUnit(ownerOf(part, b), 1000, k))

/** All examples are of one user. */
const ownerOf = (part: Part, b: number): number => (part === 'user' ? 1 : 2 + 2 * b + Number(part === 'cross'))
