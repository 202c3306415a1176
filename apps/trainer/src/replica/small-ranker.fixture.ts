import { randomBelow, randomUnit } from '@freshet/kernel'
import type { StepBatch } from '@freshet/learner'
import { declareWideAndDeep, type TrainableModel } from '@freshet/model'

const ADAGRAD = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-8 } as const
const SLOTS = 3

/** A ranker whose deep part is `hidden` wide: another width is another graph. */
export const smallRanker = (hidden = 8): TrainableModel =>
  declareWideAndDeep({ fields: [1, 1, 1], dimensions: 4, hidden: [hidden], embeddings: ADAGRAD, weights: ADAGRAD })

/** A batch for it, another one each round. */
export const smallBatch = (round: number, count = 64): StepBatch => ({
  count,
  ids: { rows: Uint32Array.from({ length: 2 * SLOTS * count }, (_, i) => (i % 2 === 1 ? 0 : 1 + randomBelow(200, 5, round, i))) },
  columns: {
    labels: Float32Array.from({ length: count }, (_, i) => Math.round(randomUnit(7, round, i))),
    weights: new Float32Array(count).fill(1 / count),
  },
})
