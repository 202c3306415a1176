import type { RowOptimiser } from './row-optimiser'

/** Row-wise Adagrad at a rate of its own, as tables of specs learn. */
export const adagrad = (learningRate: number): RowOptimiser => ({ kind: 'adagrad', learningRate, epsilon: 1e-8 })
