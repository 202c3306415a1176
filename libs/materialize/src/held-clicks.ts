import { encoded, WaitingClick } from '@freshet/contracts'
import type { Put } from '@freshet/online-store'
import { Deadlines } from './deadlines'

/** What the keys of held clicks start with. */
export const CLICK_PREFIX = 'c:'

/** Clicks that came before the list which caused them. Few, and for seconds: all are in memory. */
export class HeldClicks {
  private readonly deadlines = new Deadlines()
  private readonly held = new Map<string, WaitingClick>()
  private readonly changed = new Set<string>()

  hold(click: WaitingClick): void {
    this.changed.add(this.register(click))
  }

  /** A stored click is held again, after a restart. */
  restore(value: Uint8Array): void {
    this.register(WaitingClick.decode(value))
  }

  /** The clicks that wait for a list, in order of arrival; from now on they are not held. */
  release(requestId: string): readonly WaitingClick[] {
    const clicks = [...this.held.values()].filter((click) => click.requestId === requestId).sort((a, b) => a.sourceOffset - b.sourceOffset)
    clicks.forEach((click) => this.letGo(keyOf(click)))
    return clicks
  }

  /** The clicks that have waited long enough at `watermarkMs`, in order. */
  expire(watermarkMs: number): readonly WaitingClick[] {
    return this.deadlines.take(watermarkMs).flatMap(({ key }) => {
      const click = this.held.get(key)
      this.letGo(key)
      return click === undefined ? [] : [click]
    })
  }

  /** Lets go of all that a user holds: nothing comes of them. */
  drop(userKey: string): void {
    for (const [key, click] of this.held) if (click.userKey === userKey) this.letGo(key)
  }

  /** What has changed since the last call, as bytes. */
  puts(): readonly Put[] {
    const puts = [...this.changed].map((key) => {
      const click = this.held.get(key)
      return { key, value: click === undefined ? null : encoded(WaitingClick, click) }
    })
    this.changed.clear()
    return puts
  }

  private register(click: WaitingClick): string {
    const key = keyOf(click)
    this.held.set(key, click)
    this.deadlines.add({ key, atMs: click.dueMs, offset: click.sourceOffset })
    return key
  }

  private letGo(key: string): void {
    if (this.held.delete(key)) this.changed.add(key)
  }
}

const keyOf = ({ sourceOffset }: WaitingClick): string => `${CLICK_PREFIX}${String(sourceOffset).padStart(16, '0')}`
