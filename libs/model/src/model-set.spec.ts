import { add, centralDifference, input, interpret, interpretGraph, type Feed, type GraphSpec } from '@freshet/tensor'
import { declareModelSet, type ModelSet } from './index'
import { mixedLayout, plainLayout, scoringFeeds, shardFeeds, smallDeclaration, trainingFeeds } from './small-model.fixture'

const layouts = { mixed: mixedLayout, plain: plainLayout }
const { recall } = smallDeclaration

describe.each(['mixed', 'plain'] as const)('the gradient graph over a %s layout', (name) => {
  const layout = layouts[name]
  const modelSet = declareModelSet(layout, smallDeclaration)
  const { gradient } = modelSet.graphs
  const feeds = trainingFeeds(modelSet, layout, 5)

  it.each([
    ['denseGradient', 'dense'],
    ['rowGradients', 'rows'],
  ])('gives %s as the central difference of both losses', (output, by) => {
    const total: GraphSpec = { ...gradient, outputs: { total: add(gradient.outputs.rankLoss, gradient.outputs.recallLoss) } }
    const expected = centralDifference(total, feeds, { of: 'total', by })
    interpret(gradient, feeds)[output].data.forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 6))
  })

  it('scores as the rank graph does', async () => {
    const [training, serving] = [interpret(gradient, feeds), interpret(modelSet.graphs.rank, scoringFeeds(modelSet, layout, 5))]
    expect([...training.probabilities.data]).toEqual([...serving.probabilities.data])
  })

  it('adds up over shards: rank loss, dense gradient and row gradients', () => {
    const ranked = { ...feeds, recallWeights: { data: new Float32Array(5), shape: [5, 1] } }
    const whole = interpret(gradient, ranked)
    const shards = [shardFeeds(ranked, 0, 2), shardFeeds(ranked, 2, 5)].map((shard) => interpret(gradient, shard))
    expect(shards[0].rankLoss.data[0] + shards[1].rankLoss.data[0]).toBeCloseTo(whole.rankLoss.data[0], 12)
    whole.denseGradient.data.forEach((value, i) =>
      expect(shards[0].denseGradient.data[i] + shards[1].denseGradient.data[i]).toBeCloseTo(value, 12),
    )
    expectClose([...shards[0].rowGradients.data, ...shards[1].rowGradients.data], whole.rowGradients.data, 12)
  })

  it('gives the loss of the very vectors that the towers give', () => {
    const { recallLoss } = interpret(gradient, feeds)
    const [users, items] = [towerVectors(modelSet, 'user', name), towerVectors(modelSet, 'item', name)]
    const { logQ, columnMask, sameItem, recallWeights } = feeds
    const logit = (i: number, j: number): number => dot(users, items, i, j) - logQ.data[j]
    const counts = (i: number, j: number): boolean => i === j || (columnMask.data[j] === 1 && sameItem.data[5 * i + j] === 0)
    const expected = [0, 1, 2, 3, 4].reduce((sum, i) => {
      const total = [0, 1, 2, 3, 4].filter((j) => counts(i, j)).reduce((inner, j) => inner + Math.exp(logit(i, j)), 0)
      return sum - recallWeights.data[i] * (logit(i, i) - Math.log(total))
    }, 0)
    expect(recallLoss.data[0]).toBeCloseTo(expected, 6)
  })
})

describe('the towers', () => {
  const modelSet = declareModelSet(mixedLayout, smallDeclaration)

  it('give vectors of the declared width, the last element of a user being 1', () => {
    const users = towerVectors(modelSet, 'user', 'mixed')
    expect(users).toHaveLength(5 * recall.width)
    for (let i = 0; i < 5; i++) expect(users[i * recall.width + recall.width - 1]).toBe(1)
  })

  it('let an id alone make an item popular: its bias moves the last element, and nothing else', () => {
    const { item } = modelSet.graphs
    const feeds = partFeeds(modelSet, 'item', 'mixed')
    const before = interpret(item, feeds).vector.data
    const rows = feeds.rows.data.slice()
    rows[modelSet.rowWidth - 1] += 2 // the bias of the first id of the first item
    const after = interpret(item, { ...feeds, rows: { ...feeds.rows, data: rows } }).vector.data
    const moved = after.map((value, i) => value - before[i])
    expect(moved[recall.width - 1]).toBeCloseTo(2, 6)
    expect([...moved].filter((value) => value !== 0)).toHaveLength(1)
  })

  it('divide a direction by the temperature, and leave popularity alone', () => {
    const warm = declareModelSet(mixedLayout, { ...smallDeclaration, recall: { ...recall, temperature: 1 } })
    const [cold, warmer] = [towerVectors(modelSet, 'user', 'mixed'), towerVectors(warm, 'user', 'mixed')]
    cold.forEach((value, i) => expect(value).toBeCloseTo(i % recall.width === recall.width - 1 ? 1 : warmer[i] / recall.temperature, 6))
  })

  it('normalise directions where that is declared', () => {
    const normalised = declareModelSet(mixedLayout, { ...smallDeclaration, recall: { ...recall, temperature: 1, normalise: true } })
    for (const tower of ['user', 'item'] as const) {
      const vectors = towerVectors(normalised, tower, 'mixed')
      const squares = vectors.subarray(0, recall.width - 1).reduce((sum, value) => sum + value * value, 0)
      expect(squares).toBeCloseTo(1, 6)
    }
  })

  it('do not see what only users and items together have', () => {
    const feeds = trainingFeeds(modelSet, mixedLayout, 5)
    const { gradient } = modelSet.graphs
    const silent = { ...feeds, rankWeights: { data: new Float32Array(5), shape: [5, 1] } }
    const { data } = interpret(gradient, silent).rowGradients
    const perExample = modelSet.slots * modelSet.rowWidth
    const crossFrom = (mixedLayout.user.ids + mixedLayout.item.ids) * modelSet.rowWidth
    expect([...data.subarray(crossFrom, perExample)].every((value) => value === 0)).toBe(true)
    expect([...data.subarray(0, crossFrom)].some((value) => value !== 0)).toBe(true)
  })
})

describe('declareModelSet', () => {
  const modelSet = declareModelSet(mixedLayout, smallDeclaration)

  it('adds up segments to rows, fields to slots and parameters to the flat state', () => {
    expect(modelSet).toMatchObject({ rowWidth: 7, segments: [3, 1, 2, 1], slots: 4 + 4 + 3, numbers: 2 + 1 + 1 })
    expect(modelSet.rowScales).toHaveLength(modelSet.segments.length)
    expect(modelSet.rowScales[1]).toBe(0)
    const last = modelSet.parameters[modelSet.parameters.length - 1]
    expect(last.offset + last.shape.reduce((a, b) => a * b, 1)).toBe(modelSet.parameterCount)
  })

  it('learns: Adam and plain descent on rows bring both losses down', async () => {
    const [gradient, update] = await Promise.all([interpretGraph(modelSet.graphs.gradient), interpretGraph(modelSet.graphs.update)])
    const feeds = trainingFeeds(modelSet, mixedLayout, 6)
    const losses: number[][] = []
    const shape = [modelSet.parameterCount]
    const zeros = { data: new Float32Array(modelSet.parameterCount), shape }
    let state: Record<string, Feed> = { dense: feeds.dense, m: zeros, v: zeros }
    for (let t = 1; t <= 40; t++) {
      const step = await gradient.run({ ...feeds, dense: state.dense })
      losses.push([step.rankLoss[0], step.recallLoss[0]])
      feeds.rows.data.forEach((value, i) => (feeds.rows.data[i] = value - step.rowGradients[i]))
      const schedule = { data: Float32Array.of(0.01, 1 - modelSet.adam.beta1 ** t, 1 - modelSet.adam.beta2 ** t), shape: [3] }
      const next = await update.run({ ...state, gradient: { data: step.denseGradient, shape }, schedule })
      state = Object.fromEntries(Object.entries(next).map(([name, data]) => [name, { data, shape }]))
    }
    expect(losses[39][0]).toBeLessThan(losses[0][0] / 2)
    expect(losses[39][1]).toBeLessThan(losses[0][1] / 2)
  })

  it('writes equal declarations as equal texts, whatever the order of their keys', () => {
    const { seed, ...rest } = smallDeclaration
    expect(declareModelSet(mixedLayout, { ...rest, seed }).canonical).toBe(modelSet.canonical)
    expect(declareModelSet(mixedLayout, { ...smallDeclaration, seed: 8 }).canonical).not.toBe(modelSet.canonical)
    expect(declareModelSet(plainLayout, smallDeclaration).canonical).not.toBe(modelSet.canonical)
    expect(JSON.parse(modelSet.canonical)).toEqual({ layout: mixedLayout, model: smallDeclaration })
  })

  it('refuses vectors without room for a direction', () => {
    const narrow = { ...smallDeclaration, recall: { ...recall, width: 1 } }
    expect(() => declareModelSet(mixedLayout, narrow)).toThrow('model.recall.width is 1, but a vector holds a direction')
  })

  it('refuses a tower that has nothing to read', () => {
    const nothing = { fields: [], ids: 0, numbers: 0, numberNames: [] }
    expect(() => declareModelSet({ ...mixedLayout, item: nothing }, smallDeclaration)).toThrow('the item tower has to read something')
  })

  it('takes a part that has numbers and no ids, or ids and no numbers', () => {
    const numbersOnly = { fields: [], ids: 0, numbers: 2, numberNames: ['a', 'b'] }
    const { graphs } = declareModelSet({ ...plainLayout, user: numbersOnly }, smallDeclaration)
    expect(graphs.user.outputs.vector.shape).toEqual(['B', recall.width])
    expect(graphs.rank.inputs).toContainEqual(input('rows', ['B', 2, 7]))
  })
})

/** The feeds of one tower: its own slots and numbers of whole examples. */
function partFeeds(modelSet: ModelSet, tower: 'user' | 'item', name: keyof typeof layouts) {
  const layout = layouts[name]
  const { dense, rows, pooling, numbers } = scoringFeeds(modelSet, layout, 5)
  const [slot, number] = tower === 'user' ? [0, 0] : [layout.user.ids, layout.user.numbers]
  const cut = (data: Float32Array, width: number, [from, to]: [number, number]): Float32Array =>
    Float32Array.from([0, 1, 2, 3, 4].flatMap((i) => [...data.subarray(i * width + from, i * width + to)]))
  const { ids, numbers: count } = layout[tower]
  const { slots, rowWidth, numbers: all } = modelSet
  return {
    dense,
    rows: { data: cut(rows.data, slots * rowWidth, [slot * rowWidth, (slot + ids) * rowWidth]), shape: [5, ids, rowWidth] },
    pooling: { data: cut(pooling.data, slots, [slot, slot + ids]), shape: [5, ids] },
    numbers: { data: cut(numbers.data, all, [number, number + count]), shape: [5, count] },
  }
}

const towerVectors = (modelSet: ModelSet, tower: 'user' | 'item', name: keyof typeof layouts): Float64Array =>
  interpret(modelSet.graphs[tower], partFeeds(modelSet, tower, name)).vector.data

const dot = (users: Float64Array, items: Float64Array, i: number, j: number): number =>
  [...users.subarray(i * recall.width, (i + 1) * recall.width)].reduce((sum, value, k) => sum + value * items[j * recall.width + k], 0)

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual).toHaveLength(expected.length)
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}
