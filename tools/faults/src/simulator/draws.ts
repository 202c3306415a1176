import { randomUnit } from '@freshet/kernel'

/** Everything that is left to chance in one simulation: the n-th draw of a seed is the same in any process. */
export class Draws {
  private drawn = 0

  constructor(
    private readonly seed: number,
    /** Draws of other streams do not disturb these. */
    private readonly stream: number,
  ) {}

  /** A number of [0, 1). */
  unit(): number {
    return randomUnit(this.seed, this.drawn++, this.stream)
  }

  /** An integer of [0, n). */
  below(n: number): number {
    return Math.floor(this.unit() * n)
  }

  between(low: number, high: number): number {
    return low + this.unit() * (high - low)
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]
  }

  /** How long a message travels: mostly a moment, sometimes long enough to be overtaken by anything. */
  latencyMs(): number {
    const luck = this.unit()
    if (luck < 0.8) return 0.1 + 2 * this.unit()
    return luck < 0.97 ? this.between(2, 30) : this.between(30, 150)
  }
}
