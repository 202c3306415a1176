import { centralDifference, inputName, interpret, interpretGraph, type Feed, type GraphSpec } from '@freshet/tensor'
import { declareModelSet, type ModelSet } from './index'
import {
  seedsOf,
  smallRanks,
  trainingFeeds,
  mixedLayout,
  partFeeds,
  plainLayout,
  scoringFeeds,
  shardFeeds,
  smallDeclaration,
} from './small-model.fixture'

const layouts = { mixed: mixedLayout, plain: plainLayout }
const BATCH = 5
const PLACES = [0, 1, 2, 3, 4]

/** Those of the feeds that a graph reads. */
const fed = ({ inputs }: GraphSpec, feeds: Record<string, Feed>): Record<string, Feed> =>
  Object.fromEntries(inputs.map((node) => [inputName(node), feeds[inputName(node)]]))

describe.each(['mixed', 'plain'] as const)('a model set that is learned over a %s layout', (name) => {
  const layout = layouts[name]
  const modelSet = declareModelSet(layout, smallDeclaration)
  const { gradient } = modelSet.learned
  const feeds = trainingFeeds(modelSet, layout, BATCH)
  const run = (changed: Record<string, Feed> = {}) => interpret(gradient, { ...feeds, ...changed })

  it.each([
    ['denseGradient', 'dense'],
    ['rowGradients', 'rows'],
  ])('gives %s as the central difference of both losses', (output, by) => {
    const expected = centralDifference({ ...gradient, outputs: { loss: gradient.outputs.loss } }, feeds, { of: 'loss', by })
    run()[output].data.forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 6))
  })

  it('tells both losses apart, and learns from their sum', () => {
    const { loss, rankLoss, recallLoss } = run()
    expect(modelSet.learned.losses).toEqual(['rankLoss', 'recallLoss'])
    expect(rankLoss.data[0] + recallLoss.data[0]).toBeCloseTo(loss.data[0], 12)
  })

  it('scores as the rank graph does, and so does its own score graph', () => {
    const { score } = modelSet.learned
    const serving = interpret(modelSet.graphs.rank, scoringFeeds(modelSet, layout, BATCH)).probabilities.data
    expect([...run().scores.data]).toEqual([...serving])
    expect([...interpret(score, fed(score, feeds)).scores.data]).toEqual([...serving])
  })

  it('adds up over shards: rank loss, dense gradient and row gradients', () => {
    const ranked = { ...feeds, recallWeights: { data: new Float32Array(BATCH), shape: [BATCH, 1] } }
    const whole = run(ranked)
    const shards = [shardFeeds(ranked, 0, 2), shardFeeds(ranked, 2, BATCH)].map((shard) => interpret(gradient, shard))
    expect(shards[0].rankLoss.data[0] + shards[1].rankLoss.data[0]).toBeCloseTo(whole.rankLoss.data[0], 12)
    whole.denseGradient.data.forEach((value, i) =>
      expect(shards[0].denseGradient.data[i] + shards[1].denseGradient.data[i]).toBeCloseTo(value, 12),
    )
    expectClose([...shards[0].rowGradients.data, ...shards[1].rowGradients.data], whole.rowGradients.data, 12)
  })

  it('gives the loss of the very vectors that the towers give; no negative is the same item, or what the same user liked', () => {
    const [users, items] = [vectorsOf(modelSet, 'user', name), vectorsOf(modelSet, 'item', name)]
    const { logQ, itemKey, userKey, likedKey, recallWeights } = feeds
    const logit = (i: number, j: number): number => dot(users, items, [i, j]) - logQ.data[j]
    const counts = (i: number, j: number): boolean =>
      i === j || (itemKey.data[i] !== itemKey.data[j] && userKey.data[i] !== likedKey.data[j])
    expect([counts(0, 1), counts(1, 3), counts(3, 1), counts(0, 2)]).toEqual([false, false, false, true])
    const expected = PLACES.reduce((sum, i) => {
      const total = PLACES.filter((j) => counts(i, j)).reduce((inner, j) => inner + Math.exp(logit(i, j)), 0)
      return sum - recallWeights.data[i] * (logit(i, i) - Math.log(total))
    }, 0)
    expect(run().recallLoss.data[0]).toBeCloseTo(expected, 6)
  })
})

describe('what is learned of a model set', () => {
  const modelSet = declareModelSet(mixedLayout, smallDeclaration)
  const { gradient } = modelSet.learned
  const feeds = trainingFeeds(modelSet, mixedLayout, 6)

  it('lets no tower see what only users and items together have', () => {
    const silent = { ...feeds, rankWeights: { data: new Float32Array(6), shape: [6, 1] } }
    const { data } = interpret(gradient, silent).rowGradients
    const perExample = modelSet.slots * modelSet.rowWidth
    const crossFrom = (mixedLayout.user.ids + mixedLayout.item.ids) * modelSet.rowWidth
    expect([...data.subarray(crossFrom, perExample)].every((value) => value === 0)).toBe(true)
    expect([...data.subarray(0, crossFrom)].some((value) => value !== 0)).toBe(true)
  })

  it('draws rows and parameters from the seed of the declaration', () => {
    expect(modelSet.learned.tables).toEqual([expect.objectContaining({ seed: smallDeclaration.seed, width: modelSet.rowWidth })])
    expect(modelSet.learned.initialDense(modelSet.seed)).toEqual(modelSet.initialDense())
  })

  it('brings both losses down by its update and by plain descent on rows', async () => {
    const { spec, slots, scheduleAt } = modelSet.update
    const [learning, update] = await Promise.all([interpretGraph(gradient), interpretGraph(spec)])
    const losses: number[][] = []
    const shape = [modelSet.parameterCount]
    const zeros = { data: new Float32Array(modelSet.parameterCount), shape }
    let state: Record<string, Feed> = { parameters: feeds.dense, ...Object.fromEntries(slots.map((slot) => [slot.name, zeros])) }
    for (let t = 1; t <= 40; t++) {
      const step = await learning.run({ ...feeds, dense: state.parameters })
      losses.push([step.rankLoss[0], step.recallLoss[0]])
      feeds.rows.data.forEach((value, i) => (feeds.rows.data[i] = value - step.rowGradients[i]))
      const schedule = { data: scheduleAt(t, 0.01), shape: [3] }
      const next = await update.run({ ...state, gradient: { data: step.denseGradient, shape }, schedule })
      state = Object.fromEntries(Object.entries(next).map(([slot, data]) => [slot, { data, shape }]))
    }
    expect(losses[39][0]).toBeLessThan(losses[0][0] / 2)
    expect(losses[39][1]).toBeLessThan(losses[0][1] / 2)
  })
})

const vectorsOf = (modelSet: ModelSet, tower: 'user' | 'item', name: keyof typeof layouts): Float64Array =>
  interpret(modelSet.graphs[tower], partFeeds(modelSet, layouts[name], { tower, batch: BATCH })).vector.data

const dot = (users: Float64Array, items: Float64Array, [i, j]: readonly [number, number]): number => {
  const { width } = smallDeclaration.recall
  return [...users.subarray(i * width, (i + 1) * width)].reduce((sum, value, k) => sum + value * items[j * width + k], 0)
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual).toHaveLength(expected.length)
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}

describe.each(smallRanks.filter(([, { hidden }]) => hidden.length > 0))('a set with %s whose hidden units are dropped out', (_, rank) => {
  const recall = { ...smallDeclaration.recall, dropout: 0.25 }
  const modelSet = declareModelSet(mixedLayout, { ...smallDeclaration, rank: { ...rank, dropout: 0.5 }, recall })
  const { gradient, score } = modelSet.learned
  const feeds = trainingFeeds(modelSet, mixedLayout, BATCH)
  const run = (changed: Record<string, Feed> = {}) => interpret(gradient, { ...feeds, ...changed })

  it.each([
    ['denseGradient', 'dense'],
    ['rowGradients', 'rows'],
  ])('gives %s as the central difference of what is left', (output, by) => {
    const expected = centralDifference({ ...gradient, outputs: { loss: gradient.outputs.loss } }, feeds, { of: 'loss', by })
    run()[output].data.forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 6))
  })

  it('loses by other units in another step, in both models, and scores by all of them', () => {
    const [one, other] = [run(), run({ dropout: seedsOf(BATCH, 2) })]
    expect(other.rankLoss.data).not.toEqual(one.rankLoss.data)
    expect(other.recallLoss.data).not.toEqual(one.recallLoss.data)
    const serving = interpret(modelSet.graphs.rank, scoringFeeds(modelSet, mixedLayout, BATCH)).probabilities.data
    for (const { data } of [one.scores, other.scores, interpret(score, fed(score, feeds)).scores]) expect([...data]).toEqual([...serving])
  })

  it('drops the same units of an example whichever shard it is in', () => {
    const ranked = { ...feeds, recallWeights: { data: new Float32Array(BATCH), shape: [BATCH, 1] } }
    const shards = [shardFeeds(ranked, 0, 2), shardFeeds(ranked, 2, BATCH)].map((shard) => interpret(gradient, shard))
    expect(shards[0].rankLoss.data[0] + shards[1].rankLoss.data[0]).toBeCloseTo(run(ranked).rankLoss.data[0], 12)
  })
})

describe('a set of which nothing is dropped out', () => {
  it('draws nothing', () => {
    const columns = (changed: Partial<typeof smallDeclaration>): string[] =>
      declareModelSet(mixedLayout, { ...smallDeclaration, ...changed }).learned.columns.map(({ input }) => input)
    expect(columns({})).not.toContain('dropout')
    expect(columns({ recall: { ...smallDeclaration.recall, dropout: 0.1 } })).toContain('dropout')
  })
})
