import { mix64 } from '@freshet/kernel'
import { ABSENT } from './absent'
import { CONTROL_WORDS, IndexShard, SIDES, SLOT_BYTES } from './index-shard'
import type { TableOptions } from './layout'
import type { RecordPages } from './record-pages'

const SHARD_SHIFT = 22 // shards by the upper ten bits of the hash, slots by the lower ones
const BLOCK = 256 // ids whose slots fit the first cache
const SHARDS = 64 // they grow one after the other: few of them have two sides at a time
const SLOTS_AT_START = 64

/** What an index is made by. */
export interface IndexOptions extends Pick<TableOptions, 'shards' | 'isShared' | 'rowsExpected'> {
  /** Whether there are never more rows than are expected: then it need not grow. */
  readonly isBounded?: boolean
}

/**
 * From an id to its row: open addressing with linear probing in shards, each of which grows a few slots at a time.
 *
 * A slot holds the whole hash, so growth reads no record; the key itself is compared in the record, which its finder reads anyway.
 *
 * cost    two cache misses for a known id: its slot, its record; an insertion moves some {@link IndexShard} slots while its shard grows
 */
export class RowIndex {
  private readonly shards: IndexShard[]
  private readonly shardMask: number
  /** How far each shard has grown, for those who read in other threads. */
  private control: ArrayBufferLike
  /** Whether another thread writes it. */
  private isAdopted = false
  /** What {@link approach} read last: a loop whose result nobody keeps may be left out by a compiler. */
  met = 0

  constructor(
    private readonly pages: RecordPages,
    { shards = SHARDS, isShared = false, rowsExpected = 0, isBounded = false }: IndexOptions = {},
  ) {
    const bytes = 4 * CONTROL_WORDS * shards
    this.control = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
    this.shardMask = shards - 1
    this.shards = Array.from({ length: shards }, (_, i) => {
      const load = loadOf(i, shards)
      const length = lengthFor(rowsExpected / shards, load)
      return new IndexShard({ length, isShared, load: isBounded ? 1 : load, control: this.controlOf(i) })
    })
  }

  /** The row of an id, or ABSENT. */
  find(lo: number, hi: number): number {
    const hash = mix64(lo, hi)
    const { words, mask } = this.shards[(hash >>> SHARD_SHIFT) & this.shardMask].slotsOf(hash)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const rowAfter = words[2 * slot + 1]
      if (rowAfter === 0) return ABSENT
      if (words[2 * slot] === hash && this.holds(rowAfter - 1, lo, hi)) return rowAfter - 1
    }
  }

  /**
   * The rows of many ids. Hashes, slots and keys are met in loops of their own, each short enough for the processor to
   * have several cache misses under way at once.
   */
  findAll(pairs: Uint32Array, count: number, rows: Uint32Array = new Uint32Array(count)): Uint32Array {
    if (this.isAdopted) for (const shard of this.shards) shard.hear()
    for (let i = 0; i < count; i++) rows[i] = mix64(pairs[2 * i], pairs[2 * i + 1])
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(from + BLOCK, count)
      this.approach(rows, from, to)
      for (let i = from; i < to; i++) rows[i] = this.firstWithHash(rows[i])
    }
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(from + BLOCK, count)
      this.approachKeys(rows, from, to)
      this.compareKeys(pairs, rows, [from, to])
    }
    return rows
  }

  /** Enters an id that {@link find} does not know. */
  insert(lo: number, hi: number, row: number): void {
    const hash = mix64(lo, hi)
    this.shards[(hash >>> SHARD_SHIFT) & this.shardMask].insert(hash, row + 1)
  }

  /** Takes out an id that {@link find} knows, with its row. */
  remove(lo: number, hi: number, row: number): void {
    const hash = mix64(lo, hi)
    this.shards[(hash >>> SHARD_SHIFT) & this.shardMask].remove(hash, row + 1)
  }

  /** Enters every record of the pages that somebody has. */
  insertAll(): void {
    const { words, rowShift, rowMask, layout, size } = this.pages
    for (let row = 0; row < size; row++) {
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * layout.stride + layout.key
      if ((page[at] | page[at + 1]) !== 0) this.insert(page[at], page[at + 1], row)
    }
  }

  get bytes(): number {
    return this.shards.reduce((sum, { bytes }) => sum + bytes, this.control.byteLength)
  }

  /** The shards' control, then the two sides of each shard. */
  get memory(): readonly ArrayBufferLike[] {
    return [this.control, ...this.shards.flatMap(({ memory }) => memory)]
  }

  /** Takes over a part from the index that another thread writes: for {@link findAll} only. */
  adopt(part: number, buffer: ArrayBufferLike): void {
    this.isAdopted = true
    if (part > 0) this.shards[Math.floor((part - 1) / SIDES)].adopt((part - 1) % SIDES, buffer)
    else {
      this.control = buffer
      for (const [i, shard] of this.shards.entries()) shard.listenTo(this.controlOf(i))
    }
  }

  /** Reads the slots that hashes lead to, so that their cache misses are under way at once: see RecordPages. */
  private approach(hashes: Uint32Array, from: number, to: number): void {
    let met = 0
    for (let i = from; i < to; i++) {
      const { words, mask } = this.shards[(hashes[i] >>> SHARD_SHIFT) & this.shardMask].slotsOf(hashes[i])
      met |= words[2 * (hashes[i] & mask)]
    }
    this.met = met
  }

  /** Reads the keys of records: a loop that also compares them has fewer of their cache misses under way. */
  private approachKeys(rows: Uint32Array, from: number, to: number): void {
    const { words, rowShift, rowMask, layout } = this.pages
    const { stride, key } = layout
    let met = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]
      if (row !== ABSENT) met |= words[row >>> rowShift][(row & rowMask) * stride + key]
    }
    this.met = met
  }

  /** Looks on for the ids whose hash another id has, too. */
  private compareKeys(pairs: Uint32Array, rows: Uint32Array, [from, to]: readonly [number, number]): void {
    const { words, rowShift, rowMask, layout } = this.pages
    const { stride, key } = layout
    for (let i = from; i < to; i++) {
      const row = rows[i]
      if (row === ABSENT) continue
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * stride + key
      if (((page[at] ^ pairs[2 * i]) | (page[at + 1] ^ pairs[2 * i + 1])) !== 0) rows[i] = this.find(pairs[2 * i], pairs[2 * i + 1])
    }
  }

  /** The row of the first slot that holds the hash, or ABSENT, which is a free slot's 0 - 1 as a word. */
  private firstWithHash(hash: number): number {
    const { words, mask } = this.shards[(hash >>> SHARD_SHIFT) & this.shardMask].slotsOf(hash)
    let slot = hash & mask
    while (words[2 * slot + 1] !== 0 && words[2 * slot] !== hash) slot = (slot + 1) & mask
    return (words[2 * slot + 1] - 1) >>> 0
  }

  private holds(row: number, lo: number, hi: number): boolean {
    const { words, rowShift, rowMask, layout } = this.pages
    const page = words[row >>> rowShift]
    const at = (row & rowMask) * layout.stride + layout.key
    return page[at] === lo && page[at + 1] === hi
  }

  private controlOf(shard: number): Uint32Array {
    return new Uint32Array(this.control, 4 * CONTROL_WORDS * shard, CONTROL_WORDS)
  }
}

/** What an index that never grows takes for so many rows. */
export function indexBytesFor(rows: number, shards = SHARDS): number {
  let bytes = 4 * CONTROL_WORDS * shards
  for (let i = 0; i < shards; i++) bytes += SLOT_BYTES * lengthFor(rows / shards, loadOf(i, shards))
  return bytes
}

const ROOM = 1.02 // shards have some more or less than their share
const LOAD_MIN = 0.45
const LOAD_SPREAD = 0.3

/** A different one for each shard, so that they do not grow at the same time. */
const loadOf = (shard: number, shards: number): number => LOAD_MIN + (LOAD_SPREAD * shard) / shards

function lengthFor(rows: number, load: number): number {
  let length = SLOTS_AT_START
  while (length * load < rows * ROOM) length *= 2
  return length
}
