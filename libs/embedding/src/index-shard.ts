import { mix64 } from '@freshet/kernel'

/** Slots of (lo, hi, row + 1) by open addressing with linear probing; a row of 0 where the slot is free. */
export class Slots {
  readonly words: Uint32Array
  readonly mask: number

  constructor(readonly memory: ArrayBufferLike) {
    this.words = new Uint32Array(memory)
    this.mask = memory.byteLength / SLOT_BYTES - 1
  }

  get length(): number {
    return this.mask + 1
  }

  /** The row of an id, or ABSENT, which is a free slot's 0 - 1 as a word. */
  find(lo: number, hi: number, hash: number): number {
    const { words, mask } = this
    let at = 3 * (hash & mask)
    while (words[at + 2] !== 0 && ((words[at] ^ lo) | (words[at + 1] ^ hi)) !== 0) at = at === 3 * mask ? 0 : at + 3
    return (words[at + 2] - 1) >>> 0
  }

  put(lo: number, hi: number, rowAfter: number): void {
    const { words, mask } = this
    let slot = mix64(lo, hi) & mask
    while (words[3 * slot + 2] !== 0) slot = (slot + 1) & mask
    words[3 * slot] = lo
    words[3 * slot + 1] = hi
    words[3 * slot + 2] = rowAfter
  }

  /** Frees the slot of a row, and closes the gap: whatever was put behind it is still found. */
  take(hash: number, rowAfter: number): void {
    const { words, mask } = this
    let gap = hash & mask
    while (words[3 * gap + 2] !== rowAfter) gap = (gap + 1) & mask
    for (let slot = (gap + 1) & mask; words[3 * slot + 2] !== 0; slot = (slot + 1) & mask) {
      const home = mix64(words[3 * slot], words[3 * slot + 1]) & mask
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue // it lies between the gap and its own place
      words.copyWithin(3 * gap, 3 * slot, 3 * slot + 3)
      gap = slot
    }
    words.fill(0, 3 * gap, 3 * gap + 3)
  }
}

/** How a shard begins. */
export interface ShardOptions {
  /** A power of two. */
  readonly length: number
  /** Filled up to this share before it grows. */
  readonly load: number
  readonly isShared: boolean
  /** Where whoever reads the shard's slots in another thread learns how far it has grown: {@link CONTROL_WORDS} words. */
  readonly control: Uint32Array
}

/**
 * A part of the index, which grows while it is used: twice as many slots are taken beside those that are full, and each insertion moves a few
 * slots over, from one gap between entries to another. An entry's own place says on which side it is, so a lookup meets one side only.
 *
 * cost    an insertion moves at most {@link MOVED_AT_ONCE} slots and what is left of the entries that touch the last one; growth ends
 *         after as many insertions as a sixty-fourth of the slots, long before there could be another one
 */
export class IndexShard {
  /** What is looked up, and what it grows into. */
  now: Slots
  next: Slots
  /** Where growth began, and how many slots from there on were moved. */
  start = 0
  moved = 0
  private used = 0
  private limit: number
  private generation = 0
  private control: Uint32Array

  constructor(private readonly options: ShardOptions) {
    const { length, load, isShared, control } = options
    this.control = control
    this.now = new Slots(memoryOf(length, isShared))
    this.next = new Slots(memoryOf(0, isShared))
    this.limit = limitOf(length, load)
  }

  /** The slots among which a hash is. */
  slotsOf(hash: number): Slots {
    if (this.moved === 0) return this.now
    return ((hash - this.start) & this.now.mask) < this.moved ? this.next : this.now
  }

  insert(lo: number, hi: number, rowAfter: number): void {
    if (this.used === this.limit && this.next.length === 0) this.begin()
    if (this.next.length > 0) this.move()
    this.slotsOf(mix64(lo, hi)).put(lo, hi, rowAfter)
    this.used++
  }

  remove(hash: number, rowAfter: number): void {
    this.slotsOf(hash).take(hash, rowAfter)
    this.used--
  }

  get bytes(): number {
    return this.now.memory.byteLength + this.next.memory.byteLength
  }

  /** Both sides; each keeps its place while it lives, so that who looks on hears of what is new only. */
  get memory(): readonly ArrayBufferLike[] {
    const sides = [this.now.memory, this.next.memory]
    return this.generation % SIDES === 0 ? sides : sides.reverse()
  }

  /** Takes over a side from the index that another thread writes. */
  adopt(side: number, memory: ArrayBufferLike): void {
    if (side === this.generation % SIDES) this.now = new Slots(memory)
    else this.next = new Slots(memory)
  }

  /** Takes over the control of the index that another thread writes. */
  listenTo(control: Uint32Array): void {
    this.control = control
  }

  /** Sees how far the shard has grown in the thread that writes it. */
  hear(): void {
    const { control } = this
    if ((control[0] - this.generation) % SIDES !== 0) [this.now, this.next] = [this.next, this.now]
    this.generation = control[0]
    this.start = control[1]
    this.moved = control[2]
  }

  private begin(): void {
    const { words, mask, length } = this.now
    let gap = 0
    while (words[3 * gap + 2] !== 0) gap++
    this.start = (gap + 1) & mask
    this.next = new Slots(memoryOf(2 * length, this.options.isShared))
    this.limit = limitOf(2 * length, this.options.load)
    this.tell()
  }

  /**
   * Moves slots from where the last move ended to a gap. An entry that was put beyond the end, into slots that were moved before, belongs to the
   * last ones that will be: it comes nearer to its own place.
   */
  private move(): void {
    const { now, next, start } = this
    const { words, mask, length } = now
    const end = Math.min(this.moved + MOVED_AT_ONCE, length)
    let moved = this.moved
    for (let isGap = true; moved < end || !isGap; moved++) {
      const at = 3 * ((start + moved) & mask)
      const [lo, hi, rowAfter] = [words[at], words[at + 1], words[at + 2]]
      isGap = rowAfter === 0
      if (isGap) continue
      words[at + 2] = 0
      if (((mix64(lo, hi) - start) & mask) <= moved) next.put(lo, hi, rowAfter)
      else now.put(lo, hi, rowAfter)
    }
    this.moved = moved
    if (moved >= length) this.finish()
    this.tell()
  }

  private finish(): void {
    this.now = this.next
    this.next = new Slots(memoryOf(0, this.options.isShared))
    this.start = 0
    this.moved = 0
    this.generation++
  }

  private tell(): void {
    const { control } = this
    control[0] = this.generation
    control[1] = this.start
    control[2] = this.moved
  }
}

/** Of a shard's control: how often it grew, where growth began, how many slots were moved. */
export const CONTROL_WORDS = 3
export const SIDES = 2
export const MOVED_AT_ONCE = 64 // 768 bytes in order, which cost little more than their first cache line
export const SLOT_BYTES = 12 // the key itself, so that no lookup reads records

/** One slot stays free at least: it is where a search ends. */
const limitOf = (length: number, load: number): number => Math.min(Math.floor(length * load), length - 1)

const memoryOf = (length: number, isShared: boolean): ArrayBufferLike =>
  isShared ? new SharedArrayBuffer(SLOT_BYTES * length) : new ArrayBuffer(SLOT_BYTES * length)
