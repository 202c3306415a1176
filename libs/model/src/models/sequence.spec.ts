import { interpret } from '@freshet/tensor'
import { declareSequence, type SequenceDeclaration } from '../index'
import { expectTrueGradients, scoresOf, trainingFeeds } from '../trainable.fixture'

const embeddings = { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
const shape = { positions: 3, width: 4, layers: 2, heads: 2, hidden: 6, embeddings }
const declared = (kind: SequenceDeclaration['loss']['kind']): SequenceDeclaration => ({ ...shape, loss: { kind, candidates: 3 } })
/** Two histories: of three items and what followed, and of two. */
const given = {
  weights: [0.2, 0.2, 0.2, 0.4, 0, 0],
  ...{ followedKey: [5, 1, 7, 2, 0, 0], candidateKey: [1, 2, 3] },
  ...{ followedLogQ: [-1, -2, -1, -3, 0, 0], candidateLogQ: [-2, -3, -1] },
}
const kinds = ['sampled-softmax', 'full-softmax', 'binary'] as const

describe('declareSequence', () => {
  it.each([
    ...kinds.map((kind): [string, SequenceDeclaration] => [kind, declared(kind)]),
    ['with cells dropped out', { ...declared('full-softmax'), dropout: 0.25 }],
  ])('gives gradients that equal the central differences of its loss: %s', (_, declaration) => {
    const model = declareSequence(declaration)
    expectTrueGradients(model, feedsFor(model, declaration))
  })

  it('is causal: another item at a place changes what later places say, and nothing that earlier ones do', () => {
    const model = declareSequence(declared('full-softmax'))
    const feeds = feedsFor(model, declared('full-softmax'))
    const before = scoresAtEachPlace(model, feeds)
    feeds.sequence.data.set([9, -9, 4, 1], 2 * 4) // the third item of the first history
    const after = scoresAtEachPlace(model, feeds)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[2]).not.toEqual(before[2])
  })

  it('depends on the order of what it has read', () => {
    const model = declareSequence(declared('full-softmax'))
    const feeds = feedsFor(model, declared('full-softmax'))
    const before = scoresAtEachPlace(model, feeds)[2]
    const [first, second] = [feeds.sequence.data.slice(0, 4), feeds.sequence.data.slice(4, 8)]
    feeds.sequence.data.set([...second, ...first])
    expect(largestDifference(scoresAtEachPlace(model, feeds)[2], before)).toBeGreaterThan(1e-3)
  })

  it('loses the softmax of what followed, over all candidates or over those that are sampled, by their probabilities', () => {
    const [full, sampled] = (['full-softmax', 'sampled-softmax'] as const).map((kind) => declareSequence(declared(kind)))
    const feeds = feedsFor(sampled, declared('sampled-softmax'))
    const products = scoresAtEachPlace(sampled, feeds)
    const followed = scoresOf(sampled.gradient, feeds)
    const { weights, followedKey, candidateKey, followedLogQ, candidateLogQ } = given
    const expected = { full: 0, sampled: 0 }
    products.forEach((row, place) => {
      const others = row.filter((_, j) => candidateKey[j] !== followedKey[place])
      const corrected = others.map((s, i) => s - candidateLogQ.filter((_, j) => candidateKey[j] !== followedKey[place])[i])
      const positive = followed[place] - followedLogQ[place]
      expected.full += weights[place] * (Math.log(sumOf(row.map(Math.exp))) - followed[place])
      expected.sampled += weights[place] * (Math.log(sumOf([positive, ...corrected].map(Math.exp))) - positive)
    })
    expect(lossOf(sampled, feeds)).toBeCloseTo(expected.sampled, 6)
    const { sequence, candidates, weights: counted, dense } = feeds
    expect(lossOf(full, { dense, sequence, candidates, weights: counted })).toBeCloseTo(expected.full, 6)
  })

  it('loses by binary cross-entropy what followed against a share of each candidate that did not', () => {
    const declaration = { ...shape, loss: { kind: 'binary', candidates: 3, negatives: 1.5 } } as const
    const model = declareSequence(declaration)
    const feeds = feedsFor(model, declaration)
    const followed = scoresOf(model.gradient, feeds)
    const softplus = (x: number): number => Math.log(1 + Math.exp(x))
    const expected = scoresAtEachPlace(model, feeds).map((row, place) => {
      const others = row.filter((_, j) => given.candidateKey[j] !== given.followedKey[place])
      return given.weights[place] * (softplus(-followed[place]) + 0.5 * sumOf(others.map(softplus)))
    })
    expect(lossOf(model, feeds)).toBeCloseTo(sumOf(expected), 6)
  })

  it('learns nothing from places that count for nothing, however empty they are', () => {
    const model = declareSequence(declared('sampled-softmax'))
    const feeds = feedsFor(model, declared('sampled-softmax'))
    feeds.sequence.data.fill(0, 4 * 4 + 2 * 4) // behind the second history's two items
    const { sequenceGradient } = interpret(model.gradient, feeds)
    expect(sequenceGradient.data.every(Number.isFinite)).toBe(true)
    expect([...sequenceGradient.data.slice(4 * 4 + 2 * 4)]).toEqual(new Array(8).fill(0))
  })

  it('scores any number of candidates', () => {
    const model = declareSequence(declared('binary'))
    const feeds = feedsFor(model, declared('binary'))
    const { data } = feeds.candidates
    const twice = { ...feeds, candidates: { data: Float32Array.of(...data, ...data), shape: [6, 4] } }
    const [once, both] = [scoresOf(model.score, feeds), scoresOf(model.score, twice)]
    expect(both).toEqual([...once.slice(0, 3), ...once.slice(0, 3), ...once.slice(3), ...once.slice(3)])
  })

  it('refuses heads that its width cannot be shared among', () => {
    expect(() => declareSequence({ ...declared('binary'), heads: 4 })).toThrow(
      'width of sequence is 4, but each of 4 heads has an even share of it, for pairs that are turned; declare a multiple of 8',
    )
  })
})

type Model = ReturnType<typeof declareSequence>
type Feeds = ReturnType<typeof trainingFeeds>

/** Feeds of two histories, and three candidates. */
function feedsFor(model: Model, { loss }: SequenceDeclaration): Feeds {
  const names = new Set(model.columns.map(({ input }) => input))
  const known = Object.entries(given).filter(([name]) => names.has(name))
  return trainingFeeds(model, 2, {
    ...Object.fromEntries(known),
    candidates: Array.from({ length: 4 * loss.candidates }, (_, i) => Math.sin(i + 1)),
  })
}

/** What each of six places says of the candidates: that of a place alone counts when it is the newest. */
const scoresAtEachPlace = (model: Model, feeds: Feeds): number[][] =>
  [0, 1, 2, 3, 4, 5].map((place) => {
    const weights = { data: Float32Array.from({ length: 6 }, (_, i) => (i % 3 === place % 3 ? 1 : 0)), shape: [2, 3] }
    const scores = scoresOf(model.score, { ...feeds, weights })
    return scores.slice(3 * Math.floor(place / 3), 3 * Math.floor(place / 3) + 3)
  })

const lossOf = (model: Model, feeds: Feeds): number => interpret(model.gradient, feeds).loss.data[0]
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const largestDifference = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i])))
