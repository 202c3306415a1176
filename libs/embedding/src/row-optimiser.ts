/** How a segment of a row learns from its gradient. The constants are the model declaration's; what is kept between steps lies in the row's record. */
export type RowOptimiser =
  | { readonly kind: 'sgd'; readonly learningRate: number }
  /** Row-wise: one accumulator a segment, of the mean of the squares of its gradient. */
  | { readonly kind: 'adagrad'; readonly learningRate: number; readonly epsilon: number }
  /** Lazily: moments of a row move only in steps that touch it. */
  | { readonly kind: 'adam'; readonly learningRate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  /** By element. Source: McMahan et al., Ad click prediction: a view from the trenches (2013), algorithm 1. */
  | { readonly kind: 'ftrl'; readonly alpha: number; readonly beta: number; readonly l1: number; readonly l2: number }

/** Words that a segment of `length` floats keeps beside them: Adagrad one accumulator, Adam two moments and a count, FTRL two sums by element. */
export const slotWords: Readonly<Record<RowOptimiser['kind'], (length: number) => number>> = {
  sgd: () => 0,
  adagrad: () => 1,
  adam: (length) => 2 * length + 1,
  ftrl: (length) => 2 * length,
}

/** The number of each kind in a table's header: tables at rest depend on it. */
export const OPTIMISER_CODES: Readonly<Record<RowOptimiser['kind'], number>> = { adagrad: 0, sgd: 1, adam: 2, ftrl: 3 }
