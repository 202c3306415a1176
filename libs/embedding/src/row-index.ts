import { mix64 } from '@freshet/kernel'
import { ABSENT } from './absent'
import type { RecordPages } from './record-pages'

const SHARD_SHIFT = 22 // shards by the upper ten bits of the hash, slots by the lower ones
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

  constructor(
    private readonly pages: RecordPages,
    shards = SHARDS,
  ) {
    this.shardMask = shards - 1
    this.shards = Array.from({ length: shards }, (_, i) => emptyShard(LOAD_MIN + (LOAD_SPREAD * i) / shards))
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
  findAll(pairs: Uint32Array, count: number): Uint32Array {
    const rows = new Uint32Array(count)
    for (let i = 0; i < count; i++) rows[i] = mix64(pairs[2 * i], pairs[2 * i + 1])
    for (let i = 0; i < count; i++) rows[i] = this.firstWithHash(rows[i])
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
    if (shard.used === shard.limit) grow(shard)
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

const LOAD_MIN = 0.45
const LOAD_SPREAD = 0.3

function emptyShard(load: number): Shard {
  const slots = new Uint32Array(2 * SLOTS_AT_START)
  return { slots, mask: SLOTS_AT_START - 1, used: 0, limit: Math.floor(SLOTS_AT_START * load), load }
}

function grow(shard: Shard): void {
  const before = shard.slots
  shard.slots = new Uint32Array(before.length * 2)
  shard.mask = before.length - 1
  shard.limit = Math.floor(before.length * shard.load)
  for (let i = 0; i < before.length; i += 2) if (before[i + 1] !== 0) put(shard, before[i], before[i + 1])
}

function put({ slots, mask }: Shard, hash: number, rowAfter: number): void {
  let slot = hash & mask
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
  slots[2 * slot] = hash
  slots[2 * slot + 1] = rowAfter
}
