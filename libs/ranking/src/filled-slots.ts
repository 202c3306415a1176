import type { Bags } from '@freshet/embedding'
import type { PartLayout } from '@freshet/features'

/** The filled id slots of many parts, each with the field that it is pooled in: what one pass over a table adds up. */
export class FilledSlots implements Bags {
  count = 0
  pairs: Uint32Array = new Uint32Array(0)
  weights: Float32Array = new Float32Array(0)
  bags: Uint32Array = new Uint32Array(0)

  constructor(private readonly layout: PartLayout) {}

  /** Forgets all parts, and makes room for so many. */
  clear(parts: number): void {
    this.count = 0
    const room = parts * this.layout.ids
    if (room <= this.weights.length) return
    this.pairs = new Uint32Array(2 * room)
    this.weights = new Float32Array(room)
    this.bags = new Uint32Array(room)
  }

  /**
   * Takes the slots of the part numbered `part`, whose ids begin at the pair `from`.
   *
   * math    the bag of a field is part · fields + field; the weight 1 / filled slots of the field, so that a sum is a mean
   */
  add(part: number, ids: Uint32Array, from: number): void {
    const { fields } = this.layout
    for (let field = 0; field < fields.length; field++) {
      const { start, length } = fields[field]
      const first = this.count
      for (let pair = from + start; pair < from + start + length; pair++) {
        if ((ids[2 * pair] | ids[2 * pair + 1]) === 0) continue
        this.pairs[2 * this.count] = ids[2 * pair]
        this.pairs[2 * this.count + 1] = ids[2 * pair + 1]
        this.bags[this.count++] = part * fields.length + field
      }
      const weight = 1 / (this.count - first)
      for (let i = first; i < this.count; i++) this.weights[i] = weight
    }
  }
}
