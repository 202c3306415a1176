import {
  centralDifference,
  constant,
  dense,
  differentiate,
  input,
  inputName,
  interpret,
  logisticLoss,
  normaliseRows,
  sampledSoftmaxLoss,
  type Node,
  type NumericFeeds,
} from './index'
import { topological } from './order'

describe('layers', () => {
  const x = input('x', ['B', 2])
  const layer = { weight: constant(0.5, [2, 3]), bias: constant(-1, [3]) }

  it('maps affinely', () => {
    expect(valueOf(dense(x, layer), { x: { data: [1, 2, 3, 4], shape: [2, 2] } })).toEqual([0.5, 0.5, 0.5, 2.5, 2.5, 2.5])
  })

  it('gives rows length 1, and leaves a row of zeros alone', () => {
    expectClose(valueOf(normaliseRows(x), { x: { data: [3, 4, 0, 0], shape: [2, 2] } }), [0.6, 0.8, 0, 0])
  })
})

describe('logisticLoss', () => {
  const [logits, labels, weights] = ['logits', 'labels', 'weights'].map((name) => input(name, ['B', 1]))
  const loss = logisticLoss(logits, { labels, weights })
  const feeds = (data: number[]): NumericFeeds => ({
    logits: { data, shape: [3, 1] },
    labels: { data: [1, 0, 1], shape: [3, 1] },
    weights: { data: [0.5, 0.3, 0.2], shape: [3, 1] },
  })

  it('is minus the weighted log likelihood', () => {
    const p = [2, -1, 0.5].map((z) => 1 / (1 + Math.exp(-z)))
    expectClose(valueOf(loss, feeds([2, -1, 0.5])), [-(0.5 * Math.log(p[0]) + 0.3 * Math.log(1 - p[1]) + 0.2 * Math.log(p[2]))])
  })

  it('stays finite where the model is sure and wrong', () => {
    expect(valueOf(loss, feeds([-500, 500, 0]))[0]).toBeCloseTo(0.5 * 500 + 0.3 * 500 + 0.2 * Math.log(2), 6)
  })

  it('has the residual for its gradient', () => {
    const [gradient] = differentiate(loss, [logits])
    expectClose(valueOf(gradient, feeds([0, 0, 0])), [-0.25, 0.15, -0.1])
  })
})

describe('sampledSoftmaxLoss', () => {
  const [queries, candidates] = ['queries', 'candidates'].map((name) => input(name, ['B', 2]))
  const weights = input('weights', ['B', 1])
  const [logQ, usable] = ['logQ', 'usable'].map((name) => input(name, [1, 'B']))
  const accidental = input('accidental', ['B', 'B'])
  const inputs = [queries, candidates, weights, logQ, usable, accidental]
  const loss = sampledSoftmaxLoss({ queries, candidates, weights, logQ, usable, accidental })
  const feeds = {
    queries: { data: [1, 0.5, -0.3, 0.8, 0.2, -1], shape: [3, 2] },
    candidates: { data: [0.4, 1, -0.6, 0.2, 0.9, 0.1], shape: [3, 2] },
    weights: { data: [0.5, 0.25, 0.25], shape: [3, 1] },
    logQ: { data: [-1, -2, -0.5], shape: [1, 3] },
    usable: { data: [1, 1, 1], shape: [1, 3] },
    accidental: { data: new Array<number>(9).fill(0), shape: [3, 3] },
  }

  /** The formula as the paper has it, over the columns that `counts` lets in. */
  const expected = (counts: (row: number, column: number) => boolean): number =>
    feeds.weights.data.reduce((sum, weight, i) => {
      const logit = (j: number) =>
        feeds.queries.data[2 * i] * feeds.candidates.data[2 * j] +
        feeds.queries.data[2 * i + 1] * feeds.candidates.data[2 * j + 1] -
        feeds.logQ.data[j]
      const total = [0, 1, 2].filter((j) => j === i || counts(i, j)).reduce((inner, j) => inner + Math.exp(logit(j)), 0)
      return sum - weight * Math.log(Math.exp(logit(i)) / total)
    }, 0)

  it('is the cross entropy of a softmax over the batch, corrected by log-Q', () => {
    expectClose(valueOf(loss, feeds), [expected(() => true)])
  })

  it.each([0, 1])('leaves accidental hits out, the diagonal being %d', (own) => {
    const accidental = { data: [own, 1, 0, 1, own, 0, 0, 0, own], shape: [3, 3] }
    expectClose(valueOf(loss, { ...feeds, accidental }), [expected((i, j) => i + j !== 1)])
  })

  it('leaves unusable columns out', () => {
    const masked = { ...feeds, usable: { data: [1, 0, 1], shape: [1, 3] }, weights: { data: [0.5, 0, 0.5], shape: [3, 1] } }
    const unmasked = { ...feeds, weights: masked.weights, candidates: { data: [0.4, 1, -1e3, -1e3, 0.9, 0.1], shape: [3, 2] } }
    const positiveQueries = { data: [1, 0.5, 1, 1, 0.2, 1], shape: [3, 2] }
    expectClose(valueOf(loss, { ...masked, queries: positiveQueries }), valueOf(loss, { ...unmasked, queries: positiveQueries }))
  })

  it('is 0, and pulls nowhere, where nothing is left to tell the positive from', () => {
    const alone = { ...feeds, accidental: { data: new Array<number>(9).fill(1), shape: [3, 3] } }
    const [gradient] = differentiate(loss, [queries])
    expect(valueOf(loss, alone)).toEqual([0])
    expectClose(valueOf(gradient, alone), [0, 0, 0, 0, 0, 0])
  })

  it.each(['queries', 'candidates'])('has the central difference for its gradient by %s', (by) => {
    const [gradient] = differentiate(
      loss,
      inputs.filter((node) => inputName(node) === by),
    )
    const accidental = { data: [0, 1, 0, 1, 0, 0, 0, 0, 0], shape: [3, 3] }
    const spec = { name: 'loss', inputs, outputs: { loss } }
    expectClose(valueOf(gradient, { ...feeds, accidental }), centralDifference(spec, { ...feeds, accidental }, { of: 'loss', by }))
  })

  it('learns log-odds: where products equal the logarithm of the sampling probability, every candidate is as likely as it was sampled', () => {
    const [gradient] = differentiate(loss, [candidates])
    const sampled = { queries: { data: [1, 0, 1, 0, 1, 0], shape: [3, 2] }, candidates: { data: [-1, 0, -2, 0, -0.5, 0], shape: [3, 2] } }
    const uniform = { data: [1 / 3, 1 / 3, 1 / 3], shape: [3, 1] }
    expectClose(valueOf(gradient, { ...feeds, ...sampled, weights: uniform }), [0, 0, 0, 0, 0, 0])
  })
})

/** Feeds a node what it reads, and nothing else. */
function valueOf(node: Node, feeds: NumericFeeds): number[] {
  const inputs = topological([node]).filter(({ op }) => op === 'input')
  const own = Object.fromEntries(inputs.map(inputName).map((name) => [name, feeds[name]]))
  return [...interpret({ name: 'value', inputs, outputs: { value: node } }, own).value.data]
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 8): void {
  expect(actual).toHaveLength(expected.length)
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}
