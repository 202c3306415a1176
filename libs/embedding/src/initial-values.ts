import { mix64, randomWord } from '@freshet/kernel'
import type { TableOptions } from './layout'

/**
 * The vector that an id is born with: a function of (seed, id), whoever asks and whenever.
 *
 * math    value[i] = scale · (word[i] / 2³¹ − 1), uniform in ±scale of the lane's segment; a scale of 0 gives 0
 * cost    two words of the counter-based generator an id, then one mix a lane
 */
export class InitialValues {
  private readonly scales: Float64Array
  private first = 0
  private second = 0

  constructor(private readonly options: Pick<TableOptions, 'width' | 'segments' | 'rowScales' | 'seed'>) {
    this.scales = Float64Array.from(options.segments.flatMap((length, i) => new Array<number>(length).fill(options.rowScales[i])))
  }

  /** Turns to an id. */
  of(lo: number, hi: number): this {
    this.first = randomWord(this.options.seed, lo, hi)
    this.second = randomWord(~this.options.seed, lo, hi)
    return this
  }

  /** Writes the id's vector, or its first `width` floats. */
  into(out: Float32Array, at: number, width = this.scales.length): void {
    const { scales, first, second } = this
    for (let i = 0; i < width; i++) {
      const scale = scales[i]
      out[at + i] = scale === 0 ? 0 : scale * (mix64(first + i, second) / 2147483648 - 1)
    }
  }
}
