import { LabelSource } from '@freshet/contracts'
import { randomUnit } from '@freshet/kernel'
import { type Batch, makeBatch } from './batch'
import { noScores, ProgressiveMetrics } from './progressive-metrics'

const shape = { slots: 1, numbers: 1, fields: [], user: { ids: 1, numbers: 1 } }

function batchOf(labels: readonly number[], source = LabelSource.LABEL_SOURCE_RECORD): Batch {
  const batch = makeBatch(shape, labels.length)
  batch.count = labels.length
  batch.labels.set(labels)
  batch.sources.fill(source)
  return batch
}

describe('progressive metrics', () => {
  it('gives the share of pairs in which the positive scores higher, ties counting half', () => {
    const metrics = new ProgressiveMetrics()
    metrics.observe(batchOf([1, 0, 1, 0, 0]), new Float32Array([0.9, 0.1, 0.5, 0.5, 0.7]))
    expect(metrics.read().auc).toBeCloseTo((3 + 1.5) / 6, 10)
  })

  it('agrees with an exact AUC over many scores', () => {
    const scores = Array.from({ length: 400 }, (_, i) => randomUnit(1, i, 0))
    const labels = scores.map((score, i) => (randomUnit(2, i, 0) < score ? 1 : 0))
    const metrics = new ProgressiveMetrics()
    metrics.observe(batchOf(labels), Float32Array.from(scores))
    const wins = scores.flatMap((p, i) => (labels[i] ? scores.filter((q, j) => !labels[j] && q < p) : []))
    const positives = labels.filter((label) => label === 1).length
    expect(metrics.read().auc).toBeCloseTo(wins.length / (positives * (400 - positives)), 3)
  })

  it('takes scores of one bin for equal, so fewer bins say less', () => {
    const [fine, coarse] = [new ProgressiveMetrics(), new ProgressiveMetrics(noScores(1))]
    for (const metrics of [fine, coarse]) metrics.observe(batchOf([1, 0]), new Float32Array([0.9, 0.1]))
    expect([fine.read().auc, coarse.read().auc]).toEqual([1, 0.5])
  })

  it('leaves sampled labels out', () => {
    const metrics = new ProgressiveMetrics()
    metrics.observe(batchOf([1, 0], LabelSource.LABEL_SOURCE_SAMPLED), new Float32Array([0.1, 0.9]))
    expect(metrics.read()).toMatchObject({ labels: 0, auc: NaN, logLoss: NaN })
  })

  it('has the mean log loss of the real labels', () => {
    const metrics = new ProgressiveMetrics()
    metrics.observe(batchOf([1, 0]), new Float32Array([0.8, 0.4]))
    expect(metrics.read().logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 6)
  })

  it('goes on from what was serialised', () => {
    const metrics = new ProgressiveMetrics()
    metrics.observe(batchOf([1, 0]), new Float32Array([0.8, 0.4]))
    metrics.count({ examples: 2, refused: 1, rankLoss: 0.5, recallLoss: 0.25 })
    expect(new ProgressiveMetrics(structuredClone(metrics.serialise())).read()).toEqual(metrics.read())
  })
})
