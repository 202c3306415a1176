import type { RecordLayout } from './layout'
import type { RowOptimiser } from './row-optimiser'

/** Floats of a record that learn together. */
interface Span<O extends RowOptimiser = RowOptimiser> {
  readonly from: number
  readonly to: number
  /** Where the words that the optimiser keeps begin. */
  readonly slots: number
  readonly optimiser: O
}

/** A record in its page, as floats and as words over the same bytes. */
interface RecordPlace {
  floats: Float32Array
  words: Uint32Array
  at: number
}

/**
 * Moves rows along their gradients, each segment by its own optimiser. Arithmetic is in doubles and rounded to Float32 where it is kept, so that it
 * does not matter who computes a row, or with which others.
 *
 * Put a row's gradient into `gradient`, then call {@link learn}.
 */
export class RowLearner {
  /** shape  Float32[width] */
  readonly gradient: Float32Array
  private readonly place: RecordPlace = { floats: NO_FLOATS, words: NO_WORDS, at: 0 }
  private readonly spans: readonly Span[]
  private readonly corrections = new Map<number, number[]>()
  private rate = 1

  constructor(layout: RecordLayout, optimisers: readonly RowOptimiser[]) {
    this.gradient = new Float32Array(layout.width)
    this.spans = optimisers.map((optimiser, s) => {
      const from = layout.segments.slice(0, s).reduce((sum, length) => sum + length, 0)
      return { from, to: from + layout.segments[s], slots: layout.slots[s], optimiser }
    })
  }

  /** Turns to a step, in which all learning rates are multiplied by `rate`. */
  turnTo(rate: number): void {
    this.rate = rate
  }

  /** One step of the record at `at` of a page. */
  learn(floats: Float32Array, words: Uint32Array, at: number): void {
    const { place, spans } = this
    place.floats = floats
    place.words = words
    place.at = at
    for (let s = 0; s < spans.length; s++) {
      const span = spans[s]
      const { kind } = span.optimiser
      if (kind === 'adagrad') this.adagrad(span as Span<Kind<'adagrad'>>)
      else if (kind === 'sgd') this.sgd(span as Span<Kind<'sgd'>>)
      else if (kind === 'ftrl') this.ftrl(span as Span<Kind<'ftrl'>>)
      else this.adam(span as Span<Kind<'adam'>>)
    }
  }

  /** math  w ← w − η·g */
  private sgd({ from, to, optimiser }: Span<Kind<'sgd'>>): void {
    const { floats, at } = this.place
    const rate = this.rate * optimiser.learningRate
    for (let k = from; k < to; k++) floats[at + k] -= rate * this.gradient[k]
  }

  /**
   * math    a ← a + mean(g²);  w ← w − η·g / (√a + ε)
   * source  Duchi et al. 2011; one accumulator a row as in FBGEMM's EXACT_ROWWISE_ADAGRAD
   */
  private adagrad({ from, to, slots, optimiser }: Span<Kind<'adagrad'>>): void {
    const { gradient } = this
    const { floats, at } = this.place
    let squares = 0
    for (let k = from; k < to; k++) squares += gradient[k] * gradient[k]
    floats[at + slots] += squares / (to - from)
    const rate = (this.rate * optimiser.learningRate) / (Math.sqrt(floats[at + slots]) + optimiser.epsilon)
    for (let k = from; k < to; k++) floats[at + k] -= rate * gradient[k]
  }

  /**
   * math    σ = (√(n + g²) − √n) / α;  z ← z + g − σ·w;  n ← n + g²;  w ← 0 where |z| ≤ λ₁, else −(z − sgn(z)·λ₁) / ((β + √n) / α + λ₂)
   * source  McMahan et al., Ad click prediction: a view from the trenches (2013), algorithm 1
   */
  private ftrl({ from, to, slots, optimiser: { alpha, beta, l1, l2 } }: Span<Kind<'ftrl'>>): void {
    const { floats, at } = this.place
    const rate = this.rate * alpha
    for (let k = from; k < to; k++) {
      const g = this.gradient[k]
      const n = at + slots + 2 * (k - from)
      const before = Math.sqrt(floats[n])
      floats[n] += g * g
      const root = Math.sqrt(floats[n])
      floats[n + 1] += g - ((root - before) / rate) * floats[at + k]
      const z = floats[n + 1]
      floats[at + k] = Math.abs(z) <= l1 ? 0 : -(z - Math.sign(z) * l1) / ((beta + root) / rate + l2)
    }
  }

  /**
   * Adam, corrected lazily: a row counts the steps that touched it, and neither its moments nor its correction move in others.
   *
   * math    m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  w ← w − η · (m / (1 − β₁ⁿ)) / (√(v / (1 − β₂ⁿ)) + ε), n of the row's own steps
   * source  Kingma & Ba, Adam (2015), algorithm 1
   */
  private adam({ from, to, slots, optimiser: { learningRate, beta1, beta2, epsilon } }: Span<Kind<'adam'>>): void {
    const { floats, words, at } = this.place
    const moments = at + slots
    const count = ++words[moments + 2 * (to - from)]
    const rate = (this.rate * learningRate) / this.correction(beta1, count)
    const correction = this.correction(beta2, count)
    for (let k = from; k < to; k++) {
      const g = this.gradient[k]
      const m = moments + 2 * (k - from)
      floats[m] = beta1 * floats[m] + (1 - beta1) * g
      floats[m + 1] = beta2 * floats[m + 1] + (1 - beta2) * g * g
      floats[at + k] -= (rate * floats[m]) / (Math.sqrt(floats[m + 1] / correction) + epsilon)
    }
  }

  /** math  1 − βⁿ, by n multiplications that are remembered: a power function may differ between builds */
  private correction(beta: number, n: number): number {
    let powers = this.corrections.get(beta)
    if (!powers) this.corrections.set(beta, (powers = [1]))
    for (let i = powers.length; i <= n && i <= POWERS_MAX; i++) powers.push(powers[i - 1] * beta)
    return 1 - powers[n < POWERS_MAX ? n : POWERS_MAX]
  }
}

type Kind<K extends RowOptimiser['kind']> = Extract<RowOptimiser, { kind: K }>

const POWERS_MAX = 65_536 // 0.999 to this power is beyond what a Float32 beside 1 can tell
const NO_FLOATS = new Float32Array(0)
const NO_WORDS = new Uint32Array(0)
