const EMPTY = 0 // numbers are stored with 1 added
const LOAD = 0.5
const SLOTS_START = 64 // a kilobyte: most that are opened are small, and a large one doubles a few times more

/** A set of 64-bit hashes, each with the number under which it was last taken: three flat columns, twelve to sixteen bytes a slot. */
export class SeenIds {
  private lows = new Uint32Array(SLOTS_START)
  private highs = new Uint32Array(SLOTS_START)
  private numbers = new Float64Array(SLOTS_START)
  private used = 0

  /** The number of an id; -1 where it was never taken. */
  numberOf(lo: number, hi: number): number {
    return this.numbers[this.slotOf(lo, hi)] - 1
  }

  /** Remembers an id under its number. Ids below `forgottenBelow` make room when room is needed. */
  take(id: { readonly lo: number; readonly hi: number }, number: number, forgottenBelow: number): void {
    if (this.used >= this.numbers.length * LOAD) this.rebuild(forgottenBelow)
    const slot = this.slotOf(id.lo, id.hi)
    if (this.numbers[slot] === EMPTY) this.used++
    this.lows[slot] = id.lo
    this.highs[slot] = id.hi
    this.numbers[slot] = number + 1
  }

  private slotOf(lo: number, hi: number): number {
    const mask = this.numbers.length - 1
    let slot = (lo ^ Math.imul(hi, 0x9e3779b1)) & mask
    while (this.numbers[slot] !== EMPTY && (this.lows[slot] !== lo || this.highs[slot] !== hi)) slot = (slot + 1) & mask
    return slot
  }

  private rebuild(forgottenBelow: number): void {
    const { lows, highs, numbers } = this
    const kept = numbers.reduce((count, number) => count + (number - 1 >= forgottenBelow ? 1 : 0), 0)
    let slots = SLOTS_START
    while (slots * LOAD < kept * 2 + 1) slots *= 2
    this.lows = new Uint32Array(slots)
    this.highs = new Uint32Array(slots)
    this.numbers = new Float64Array(slots)
    this.used = 0
    numbers.forEach((number, i) => {
      if (number !== EMPTY && number - 1 >= forgottenBelow) this.take({ lo: lows[i], hi: highs[i] }, number - 1, forgottenBelow)
    })
  }
}
