import { encoded, WaitingImpression } from '@freshet/contracts'
import { CorruptError } from '@freshet/kernel'
import type { Put } from '@freshet/online-store'
import { Deadlines } from './deadlines'

/** What the keys of waiting lists start with. */
export const WAITING_PREFIX = 'w:'

/** How many shown items one tick lets go, of whole lists: with features of 4 KiB each, a commit of some 256 MiB. */
export const ITEMS_A_TICK = 32_768

/** Where a waiting list lies. */
export const waitingKey = (requestId: string): string => `${WAITING_PREFIX}${requestId}`

/** What is known of every list, in memory or not. */
type Known = Pick<WaitingImpression, 'userId' | 'sourceOffset' | 'closed'>

/**
 * Lists that were shown and wait for their clicks. All are known by id and deadline; the lists themselves, with their
 * features as served, are in memory only while they are young or asked for.
 *
 * A list has two deadlines, one after the other: its window closes, and later it is forgotten. In between it still takes labels.
 */
export class WaitingImpressions {
  private readonly deadlines = new Deadlines()
  private readonly waiting = new Map<string, Known>()
  private readonly present = new Map<string, WaitingImpression>()
  private readonly changed = new Set<string>()

  constructor(private readonly presentMax: number) {}

  get size(): number {
    return this.waiting.size
  }

  has(requestId: string): boolean {
    return this.waiting.has(requestId)
  }

  /** The list, where it still waits; it must have been supplied where it is not young. */
  get(requestId: string): WaitingImpression | undefined {
    if (!this.waiting.has(requestId)) return undefined
    const impression = this.present.get(requestId)
    if (impression === undefined)
      throw new CorruptError(waitingKey(requestId), 'the list that waits there is missing', 'fold the partition anew')
    return impression
  }

  /** The ids of a user's lists, in the order of their records. */
  of(userId: string): readonly string[] {
    const lists = [...this.waiting].filter(([, known]) => known.userId === userId)
    return lists.sort(([a, x], [b, y]) => x.sourceOffset - y.sourceOffset || (a < b ? -1 : 1)).map(([requestId]) => requestId)
  }

  /** A list begins to wait. */
  add(impression: WaitingImpression): void {
    this.register(impression)
    this.changed.add(impression.requestId)
  }

  /** A stored list waits again, after a restart. */
  restore(value: Uint8Array): void {
    this.register(WaitingImpression.decode(value))
    this.forget()
  }

  /** An event has joined: the list has to be stored again. */
  touch(requestId: string): void {
    this.changed.add(requestId)
  }

  /** A list waits here no longer, whatever its deadline. */
  drop(requestId: string): void {
    this.deadlines.remove(requestId)
    this.leave(requestId)
  }

  /** Which of the lists have to be read before they are asked for. */
  missing(requestIds: Iterable<string>): readonly string[] {
    return [...new Set(requestIds)].filter((id) => this.waiting.has(id) && !this.present.has(id))
  }

  /** Brings a list that was {@link missing}. */
  supply(value: Uint8Array): void {
    const impression = WaitingImpression.decode(value)
    this.present.set(impression.requestId, impression)
  }

  /** The ids of the lists whose windows one tick to `watermarkMs` closes. */
  due(watermarkMs: number): readonly string[] {
    const due = this.deadlines.due(watermarkMs, ITEMS_A_TICK)
    return due.flatMap(({ key }) => (this.waiting.get(key)?.closed === false ? [key] : []))
  }

  /** Whether more is due by `watermarkMs` than one tick does. */
  isCrowded(watermarkMs: number): boolean {
    const due = this.deadlines.due(watermarkMs, ITEMS_A_TICK + 1)
    return due.reduce((sum, { weight = 1 }) => sum + weight, 0) > ITEMS_A_TICK
  }

  /**
   * Closes windows that end by `watermarkMs`, and gives their lists in order; after another `lateLabelMs` they are forgotten. One tick closes lists of some
   * {@link ITEMS_A_TICK} items, and the next ones go on: after a pause all that waits is due at once, and more than one commit takes.
   */
  expire(watermarkMs: number, lateLabelMs: number): readonly WaitingImpression[] {
    return this.deadlines.take(watermarkMs, ITEMS_A_TICK).flatMap(({ key }) => {
      const closing = this.waiting.get(key)?.closed ? undefined : this.get(key)
      if (closing === undefined || closing.dueMs + lateLabelMs <= watermarkMs) this.leave(key)
      else this.stay(closing, closing.dueMs + lateLabelMs)
      return closing ?? []
    })
  }

  /** What has changed since the last call, as bytes. */
  puts(): readonly Put[] {
    const puts = [...this.changed].map((requestId) => {
      const impression = this.get(requestId)
      return { key: waitingKey(requestId), value: impression === undefined ? null : encoded(WaitingImpression, impression) }
    })
    this.changed.clear()
    this.forget()
    return puts
  }

  private stay(impression: WaitingImpression, dueMs: number): void {
    impression.closed = true
    impression.dueMs = dueMs
    this.add(impression)
  }

  private leave(requestId: string): void {
    this.waiting.delete(requestId)
    this.present.delete(requestId)
    this.changed.add(requestId)
  }

  private register(impression: WaitingImpression): void {
    const { requestId, userId, closed, dueMs, sourceOffset } = impression
    const weight = closed ? 1 : Math.max(1, impression.impression?.items.length ?? 0)
    this.deadlines.add({ key: requestId, atMs: dueMs, offset: sourceOffset, weight })
    this.waiting.set(requestId, { userId, sourceOffset, closed })
    this.present.set(requestId, impression)
  }

  private forget(): void {
    if (this.changed.size > 0) return
    for (const requestId of this.present.keys()) {
      if (this.present.size <= this.presentMax) return
      this.present.delete(requestId)
    }
  }
}
