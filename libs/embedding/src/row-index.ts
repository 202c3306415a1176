import { mix64 } from '@freshet/kernel'
import { CONTROL_WORDS, IndexShard, SIDES, SLOT_BYTES, type Slots } from './index-shard'
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
 * A slot holds the key itself, so neither a lookup nor growth reads records: who meets a row in this step meets the index only, a step ahead of it.
 *
 * cost    one cache miss an id: its slot; an insertion moves some {@link IndexShard} slots while its shard grows
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

  constructor({ shards = SHARDS, isShared = false, rowsExpected = 0, isBounded = false }: IndexOptions = {}) {
    const bytes = 4 * CONTROL_WORDS * shards
    this.control = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
    this.shardMask = shards - 1
    this.shards = Array.from({ length: shards }, (_, i) => {
      const rows = (rowsExpected / shards) * ROOM
      const load = loadOf(i, shards)
      const length = lengthFor(rows, isBounded ? load : LOAD_MAX)
      return new IndexShard({ length, isShared, load: isBounded ? 1 : Math.max(load, rows / length), control: this.controlOf(i) })
    })
  }

  /** The row of an id, or ABSENT. */
  find(lo: number, hi: number): number {
    const hash = mix64(lo, hi)
    return this.slotsOf(hash).find(lo, hi, hash)
  }

  /**
   * The rows of many ids. Hashes, first words and slots are met in loops of their own, each short enough for the processor to
   * have several cache misses under way at once.
   */
  findAll(pairs: Uint32Array, count: number, rows: Uint32Array = new Uint32Array(count)): Uint32Array {
    if (this.isAdopted) for (const shard of this.shards) shard.hear()
    for (let i = 0; i < count; i++) rows[i] = mix64(pairs[2 * i], pairs[2 * i + 1])
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(from + BLOCK, count)
      this.approach(rows, from, to)
      for (let i = from; i < to; i++) rows[i] = this.slotsOf(rows[i]).find(pairs[2 * i], pairs[2 * i + 1], rows[i])
    }
    return rows
  }

  /** Enters an id that {@link find} does not know. */
  insert(lo: number, hi: number, row: number): void {
    this.shardOf(mix64(lo, hi)).insert(lo, hi, row + 1)
  }

  /** Takes out an id that {@link find} knows, with its row. */
  remove(lo: number, hi: number, row: number): void {
    const hash = mix64(lo, hi)
    this.shardOf(hash).remove(hash, row + 1)
  }

  /** Enters every record of the pages that somebody has. */
  insertAll({ words, rowShift, rowMask, layout, size }: RecordPages): void {
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
      const { words, mask } = this.slotsOf(hashes[i])
      met |= words[3 * (hashes[i] & mask)]
    }
    this.met = met
  }

  private shardOf(hash: number): IndexShard {
    return this.shards[(hash >>> SHARD_SHIFT) & this.shardMask]
  }

  private slotsOf(hash: number): Slots {
    return this.shardOf(hash).slotsOf(hash)
  }

  private controlOf(shard: number): Uint32Array {
    return new Uint32Array(this.control, 4 * CONTROL_WORDS * shard, CONTROL_WORDS)
  }
}

/** What an index that never grows takes for so many rows. */
export function indexBytesFor(rows: number, shards = SHARDS): number {
  let bytes = 4 * CONTROL_WORDS * shards
  for (let i = 0; i < shards; i++) bytes += SLOT_BYTES * lengthFor((rows / shards) * ROOM, loadOf(i, shards))
  return bytes
}

const ROOM = 1.02 // shards have some more or less than their share
const LOAD_MIN = 0.45
const LOAD_MAX = 0.75

/** A different one for each shard, so that they do not grow at the same time, nor take their room from a bound at the same number of rows. */
const loadOf = (shard: number, shards: number): number => LOAD_MIN + ((LOAD_MAX - LOAD_MIN) * shard) / shards

function lengthFor(rows: number, load: number): number {
  let length = SLOTS_AT_START
  while (length * load < rows) length *= 2
  return length
}
