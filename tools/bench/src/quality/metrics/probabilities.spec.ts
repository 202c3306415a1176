import { auc, logLoss } from './probabilities'

const predictions = (pairs: readonly (readonly [probability: number, label: number])[]) => ({
  probabilities: Float32Array.from(pairs, ([probability]) => probability),
  labels: Float32Array.from(pairs, ([, label]) => label),
})

describe('auc', () => {
  it('is the share of pairs in order: 5 of 6 by hand', () => {
    expect(
      auc(
        predictions([
          [0.9, 1],
          [0.8, 0],
          [0.7, 1],
          [0.3, 0],
          [0.2, 0],
        ]),
      ),
    ).toBeCloseTo(5 / 6, 12)
  })

  it('gives half a point for a tie', () => {
    expect(
      auc(
        predictions([
          [0.5, 1],
          [0.5, 0],
          [0.5, 0],
          [0.1, 0],
        ]),
      ),
    ).toBeCloseTo((0.5 + 0.5 + 1) / 3, 12)
  })

  it('is 1, 0 and a half where it must be', () => {
    expect(auc(predictions([[1, 1], [0, 0]]))).toBe(1) // prettier-ignore
    expect(auc(predictions([[0, 1], [1, 0]]))).toBe(0) // prettier-ignore
    expect(auc(predictions([[0.3, 1], [0.3, 0]]))).toBe(0.5) // prettier-ignore
  })

  it('equals counting all pairs, for numbers with many ties', () => {
    const drawn = Array.from({ length: 300 }, (_, i): [number, number] => [((i * 37) % 11) / 11, Number((i * 53) % 7 < 2)])
    const [positives, negatives] = [1, 0].map((wanted) => drawn.filter(([, label]) => label === wanted).map(([p]) => p))
    const points = positives.flatMap((p) => negatives.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0)))
    expect(auc(predictions(drawn))).toBeCloseTo(points.reduce((a, b) => a + b) / points.length, 12)
  })

  it('is no number where there is nothing to tell apart', () => {
    expect(auc(predictions([[0.5, 1]]))).toBeNaN()
  })
})

describe('logLoss', () => {
  it('is the mean surprise', () => {
    expect(logLoss(predictions([[0.5, 1], [0.25, 0]]))).toBeCloseTo((Math.log(2) - Math.log(0.75)) / 2, 7) // prettier-ignore
  })

  it('takes a sure mistake for one in ten million', () => {
    expect(logLoss(predictions([[0, 1]]))).toBeCloseTo(Math.log(1e7), 6)
  })
})
