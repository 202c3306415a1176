import type { StepBatch } from '@freshet/learner'
import { declareWideAndDeep, type TrainableModel } from '@freshet/model'
import { idsOf, type RawBatch, SHAPE } from './work'

const ADAGRAD = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-8 } as const

/** The product's Wide & Deep over as many fields of one id as the work has slots. */
export const wideAndDeep = (hidden: readonly number[] = SHAPE.hidden): TrainableModel =>
  declareWideAndDeep({
    fields: new Array<number>(SHAPE.slots).fill(1),
    dimensions: SHAPE.dimensions,
    hidden,
    embeddings: ADAGRAD,
    weights: ADAGRAD,
  })

/** A batch as the engine takes it: the loss is the mean over its examples. */
export const stepBatch = ({ rows, labels }: RawBatch): StepBatch => ({
  count: labels.length,
  ids: { rows: idsOf(rows) },
  columns: { labels, weights: new Float32Array(labels.length).fill(1 / labels.length) },
})
