import { WaitingImpression } from '@freshet/contracts'
import { CorruptError } from '@freshet/kernel'
import type { Put } from '@freshet/online-store'
import { Deadlines } from './deadlines'

/** What the keys of waiting lists start with. */
export const WAITING_PREFIX = 'w:'

/** Where a waiting list lies. */
export const waitingKey = (requestId: string): string => `${WAITING_PREFIX}${requestId}`

/**
 * Lists that were shown and wait for their clicks. All are known by id and deadline; the lists themselves, with their
 * features as served, are in memory only while they are young or asked for.
 */
export class WaitingImpressions {
  private readonly deadlines = new Deadlines()
  private readonly waiting = new Set<string>()
  private readonly present = new Map<string, WaitingImpression>()
  private readonly changed = new Set<string>()

  constructor(
    private readonly joinWindowMs: number,
    private readonly presentMax: number,
  ) {}

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

  /** Which of the lists have to be read before they are asked for. */
  missing(requestIds: Iterable<string>): readonly string[] {
    return [...new Set(requestIds)].filter((id) => this.waiting.has(id) && !this.present.has(id))
  }

  /** Brings a list that was {@link missing}. */
  supply(value: Uint8Array): void {
    const impression = WaitingImpression.decode(value)
    this.present.set(impression.requestId, impression)
  }

  /** The ids of the lists whose window will have closed at `watermarkMs`. */
  due(watermarkMs: number): readonly string[] {
    return this.deadlines.due(watermarkMs).map(({ key }) => key)
  }

  /** Ends the windows that are closed at `watermarkMs`, and gives their lists in order. */
  expire(watermarkMs: number): readonly WaitingImpression[] {
    return this.deadlines.take(watermarkMs).flatMap(({ key }) => {
      const impression = this.get(key)
      this.waiting.delete(key)
      this.present.delete(key)
      this.changed.add(key)
      return impression ?? []
    })
  }

  /** What has changed since the last call, as bytes. */
  puts(): readonly Put[] {
    const puts = [...this.changed].map((requestId) => {
      const impression = this.get(requestId)
      return { key: waitingKey(requestId), value: impression === undefined ? null : WaitingImpression.encode(impression).finish() }
    })
    this.changed.clear()
    this.forget()
    return puts
  }

  private register(impression: WaitingImpression): void {
    const { requestId, timeMs, sourceOffset } = impression
    this.deadlines.add({ key: requestId, atMs: timeMs + this.joinWindowMs, offset: sourceOffset })
    this.waiting.add(requestId)
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
