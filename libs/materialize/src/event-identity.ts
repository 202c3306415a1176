import { IdentityWindow } from '@freshet/contracts'
import { bytesOf, hash64, uint32Of } from '@freshet/kernel'
import type { Put } from '@freshet/online-store'
import { SeenIds } from './seen-ids'

/** What the keys of chunks start with. */
export const CHUNK_PREFIX = 'd:'

/** How long an id is remembered: by the watermark, and by how many came since. */
export interface IdentityBounds {
  readonly hours: number
  readonly ids: number
}

/** As DESIGN §3 has it. */
export const IDENTITY_BOUNDS: IdentityBounds = { hours: 24, ids: 2_000_000 }

/**
 * Makes an event effective once within the window: an id is a duplicate when it was taken no more than so many ids ago and
 * in an hour of the watermark that lies no more than `hours` back. Both follow from `events[p]` alone.
 *
 * Ids are numbered in the order of taking and stored 512 to a chunk, so a commit writes one chunk or a few.
 */
export class EventIdentity {
  private readonly seen = new SeenIds()
  private readonly open = new Map<number, Uint32Array>()
  private readonly changed = new Set<number>()
  private firstChunk: number

  constructor(
    readonly window: IdentityWindow = IdentityWindow.create(),
    private readonly bounds: IdentityBounds = IDENTITY_BOUNDS,
  ) {
    this.firstChunk = chunkOf(window.forgottenBelow)
  }

  /** Brings a stored chunk back. */
  restore(key: string, value: Uint8Array): void {
    const chunk = Number(key.slice(CHUNK_PREFIX.length))
    this.firstChunk = Math.min(this.firstChunk, chunk)
    const pairs = uint32Of(value)
    if ((chunk + 1) * CHUNK_IDS > this.window.taken) this.chunk(chunk).set(pairs)
    for (let i = 0; i < pairs.length / 2; i++) {
      const id = { lo: pairs[2 * i], hi: pairs[2 * i + 1] }
      this.seen.take(id, chunk * CHUNK_IDS + i, this.window.forgottenBelow)
    }
  }

  /** True the first time within the window; from then on the id is taken. */
  take(eventId: string): boolean {
    const { window } = this
    const id = hash64(eventId)
    const number = this.seen.numberOf(id.lo, id.hi)
    if (number >= window.forgottenBelow && number >= 0) return false
    this.seen.take(id, window.taken, window.forgottenBelow)
    const chunk = chunkOf(window.taken)
    const at = window.taken - chunk * CHUNK_IDS
    this.chunk(chunk).set([id.lo, id.hi], 2 * at)
    this.changed.add(chunk)
    window.taken++
    window.forgottenBelow = Math.max(window.forgottenBelow, window.taken - this.bounds.ids)
    return true
  }

  /** The watermark has moved, perhaps under another clock. */
  advance(watermarkMs: number): void {
    const { window, bounds } = this
    const hour = Math.floor(watermarkMs / HOUR_MS)
    const last = window.hours.at(-1)
    if (last !== undefined && hour < last.hour) window.hours = []
    if (last === undefined || hour !== last.hour) window.hours.push({ hour, taken: window.taken })
    while (window.hours.length > 1 && window.hours[0].hour < hour - bounds.hours) {
      window.hours.shift() // what was taken in its hour ends where the next begins
      window.forgottenBelow = Math.max(window.forgottenBelow, window.hours[0].taken)
    }
  }

  /** What has changed since the last call, as bytes. */
  puts(): readonly Put[] {
    const puts: Put[] = []
    for (const chunk of this.changed) {
      const count = Math.min(CHUNK_IDS, this.window.taken - chunk * CHUNK_IDS)
      puts.push({ key: chunkKey(chunk), value: bytesOf(this.chunk(chunk).slice(0, 2 * count)) })
      if (count === CHUNK_IDS) this.open.delete(chunk)
    }
    this.changed.clear()
    for (; this.firstChunk < chunkOf(this.window.forgottenBelow); this.firstChunk++)
      puts.push({ key: chunkKey(this.firstChunk), value: null })
    return puts
  }

  private chunk(chunk: number): Uint32Array {
    const pairs = this.open.get(chunk) ?? new Uint32Array(2 * CHUNK_IDS)
    this.open.set(chunk, pairs)
    return pairs
  }
}

const HOUR_MS = 3_600_000
const CHUNK_IDS = 512 // 4 KiB: rewritten by each commit until it is full

const chunkOf = (number: number): number => Math.floor(number / CHUNK_IDS)
const chunkKey = (chunk: number): string => `${CHUNK_PREFIX}${String(chunk).padStart(12, '0')}`
