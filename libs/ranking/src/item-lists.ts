import type { ItemIndex } from './item-index'
import { topK } from './top-k'

/** The heads of the orders that are the same for everybody. */
export interface Heads {
  readonly popular: Uint32Array
  readonly trending: Uint32Array
  readonly newest: Uint32Array
}

/** Keeps the items that are popular, trending and new, read off the index at most once a second. */
export class ItemLists {
  private heads: Heads = { popular: new Uint32Array(0), trending: new Uint32Array(0), newest: new Uint32Array(0) }
  private readMs = -Infinity
  private readSize = 0

  constructor(private readonly index: ItemIndex) {}

  at(nowMs: number): Heads {
    const { size, columns } = this.index
    if (Math.abs(nowMs - this.readMs) < EVERY_MS && (size === this.readSize || this.readSize > SIZE_SETTLED)) return this.heads
    const choice = { k: HEAD, allowed: columns.available, count: size }
    const age = Float32Array.from(columns.createdMs.subarray(0, size), (createdMs) => createdMs - nowMs)
    this.heads = { popular: topK(columns.popular, choice), trending: topK(columns.trending, choice), newest: topK(age, choice) }
    this.readMs = nowMs
    this.readSize = size
    return this.heads
  }
}

const EVERY_MS = 1000
const SIZE_SETTLED = 1000 // a smaller shop shows a new item at once
const HEAD = 1024 // room for the longest list and what its user has consumed
