import { mix64 } from '@freshet/kernel'
import { ABSENT } from './absent'
import type { TableOptions } from './layout'
import type { RecordPages } from './record-pages'

const SHARD_SHIFT = 22 // shards by the upper ten bits of the hash, slots by the lower ones
const BLOCK = 256 // ids whose slots fit the first cache
const SHARDS = 64 // a billion parameters are some 15 M rows: 4 ms to double one shard
const SLOTS_AT_START = 64

/** One part of the index: slots of (hash, row + 1), a row of 0 where the slot is free. */
interface Shard {
  slots: Uint32Array
  mask: number
  used: number
  limit: number
  /** Filled up to this share before it grows: a different one for each shard, so that they do not grow in the same step. */
  readonly load: number
}

/**
 * From an id to its row: open addressing with linear probing in shards that grow one at a time.
 *
 * A slot holds the whole hash, so growth reads no record; the key itself is compared in the record, which its finder reads anyway.
 *
 * cost    two cache misses for a known id: its slot, its record
 */
export class RowIndex {
  private readonly shards: Shard[]
  private readonly shardMask: number
  private readonly isShared: boolean
  /** What {@link approach} read last: a loop whose result nobody keeps may be left out by a compiler. */
  met = 0

  constructor(
    private readonly pages: RecordPages,
    { shards = SHARDS, isShared = false, rowsExpected = 0 }: Pick<TableOptions, 'shards' | 'isShared' | 'rowsExpected'> = {},
  ) {
    this.shardMask = shards - 1
    this.isShared = isShared
    this.shards = Array.from({ length: shards }, (_, i) => this.emptyShard(LOAD_MIN + (LOAD_SPREAD * i) / shards, rowsExpected / shards))
  }

  /** The row of an id, or ABSENT. */
  find(lo: number, hi: number): number {
    const hash = mix64(lo, hi)
    const { slots, mask } = this.shards[(hash >>> SHARD_SHIFT) & this.shardMask]
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const rowAfter = slots[2 * slot + 1]
      if (rowAfter === 0) return ABSENT
      if (slots[2 * slot] === hash && this.holds(rowAfter - 1, lo, hi)) return rowAfter - 1
    }
  }

  /**
   * The rows of many ids. Hashes, slots and keys are met in loops of their own, each short enough for the processor to
   * have several cache misses under way at once.
   */
  findAll(pairs: Uint32Array, count: number, rows: Uint32Array = new Uint32Array(count)): Uint32Array {
    for (let i = 0; i < count; i++) rows[i] = mix64(pairs[2 * i], pairs[2 * i + 1])
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(from + BLOCK, count)
      this.approach(rows, from, to)
      for (let i = from; i < to; i++) rows[i] = this.firstWithHash(rows[i])
    }
    const { words, rowShift, rowMask, layout } = this.pages
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      if (row === ABSENT) continue
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * layout.stride + layout.key
      if (page[at] !== pairs[2 * i] || page[at + 1] !== pairs[2 * i + 1]) rows[i] = this.find(pairs[2 * i], pairs[2 * i + 1])
    }
    return rows
  }

  /** Enters an id that {@link find} does not know. */
  insert(lo: number, hi: number, row: number): void {
    const hash = mix64(lo, hi)
    const shard = this.shards[(hash >>> SHARD_SHIFT) & this.shardMask]
    if (shard.used === shard.limit) this.grow(shard)
    put(shard, hash, row + 1)
    shard.used++
  }

  /** Enters every record of the pages. */
  insertAll(): void {
    const { words, rowShift, rowMask, layout, size } = this.pages
    for (let row = 0; row < size; row++) {
      const page = words[row >>> rowShift]
      const at = (row & rowMask) * layout.stride + layout.key
      this.insert(page[at], page[at + 1], row)
    }
  }

  get bytes(): number {
    return this.shards.reduce((sum, { slots }) => sum + slots.byteLength, 0)
  }

  /** Reads the slots that hashes lead to, so that their cache misses are under way at once: see RecordPages. */
  private approach(hashes: Uint32Array, from: number, to: number): void {
    let met = 0
    for (let i = from; i < to; i++) {
      const { slots, mask } = this.shards[(hashes[i] >>> SHARD_SHIFT) & this.shardMask]
      met |= slots[2 * (hashes[i] & mask)]
    }
    this.met = met
  }

  /** The slots of each shard. */
  get memory(): readonly ArrayBufferLike[] {
    return this.shards.map(({ slots }) => slots.buffer)
  }

  /** Takes over a shard's slots from the index that another thread writes: for finding only. */
  adopt(shard: number, buffer: ArrayBufferLike): void {
    this.shards[shard].slots = new Uint32Array(buffer)
    this.shards[shard].mask = buffer.byteLength / 8 - 1
  }

  private emptyShard(load: number, rows: number): Shard {
    let length = SLOTS_AT_START
    while (length * load < rows * ROOM) length *= 2
    return { slots: emptySlots(2 * length, this.isShared), mask: length - 1, used: 0, limit: Math.floor(length * load), load }
  }

  private grow(shard: Shard): void {
    const before = shard.slots
    shard.slots = emptySlots(before.length * 2, this.isShared)
    shard.mask = before.length - 1
    shard.limit = Math.floor(before.length * shard.load)
    for (let i = 0; i < before.length; i += 2) if (before[i + 1] !== 0) put(shard, before[i], before[i + 1])
  }

  /** The row of the first slot that holds the hash, or ABSENT, which is a free slot's 0 - 1 as a word. */
  private firstWithHash(hash: number): number {
    const { slots, mask } = this.shards[(hash >>> SHARD_SHIFT) & this.shardMask]
    let slot = hash & mask
    while (slots[2 * slot + 1] !== 0 && slots[2 * slot] !== hash) slot = (slot + 1) & mask
    return (slots[2 * slot + 1] - 1) >>> 0
  }

  private holds(row: number, lo: number, hi: number): boolean {
    const { words, rowShift, rowMask, layout } = this.pages
    const page = words[row >>> rowShift]
    const at = (row & rowMask) * layout.stride + layout.key
    return page[at] === lo && page[at + 1] === hi
  }
}

const ROOM = 1.02 // shards have some more or less than their share
const LOAD_MIN = 0.45
const LOAD_SPREAD = 0.3

const emptySlots = (length: number, isShared: boolean): Uint32Array =>
  new Uint32Array(isShared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length))

function put({ slots, mask }: Shard, hash: number, rowAfter: number): void {
  let slot = hash & mask
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
  slots[2 * slot] = hash
  slots[2 * slot + 1] = rowAfter
}
