import { ProgressiveMetrics } from '@freshet/training'
import { difference } from './halves'

/** Metrics of predictions, each with whether it was right to be high. */
function metricsOf(...predictions: readonly [probability: number, isPositive: boolean][]): ProgressiveMetrics {
  const metrics = new ProgressiveMetrics()
  add(metrics, predictions)
  return metrics
}

function add(metrics: ProgressiveMetrics, predictions: readonly [probability: number, isPositive: boolean][]): void {
  const { positives, negatives } = metrics.serialise()
  for (const [probability, isPositive] of predictions) (isPositive ? positives : negatives)[Math.floor(probability * positives.length)]++
}

describe('the second half', () => {
  it('is judged by itself: what the first one counted is taken off', () => {
    const metrics = metricsOf([0.1, true], [0.9, false]) // the first half is all wrong
    const { positives, negatives, sums } = metrics.serialise()
    const half = { positives: positives.slice(), negatives: negatives.slice(), sums: sums.slice() }
    add(metrics, [
      [0.8, true],
      [0.2, false],
    ])
    expect(metrics.read().auc).toBe(0.25)
    expect(new ProgressiveMetrics(difference(metrics.serialise(), half)).read().auc).toBe(1)
  })
})
