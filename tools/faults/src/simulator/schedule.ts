import { hash32 } from '@freshet/kernel'

/** Something that will happen at a time. */
export interface Happening {
  readonly atMs: number
  /** Breaks ties: who was entered first. */
  readonly order: number
  readonly label: string
  readonly happen: () => void
  /** Nobody waits for it any more. */
  isOff: boolean
}

/**
 * What happens when: the only source of progress in a simulation. One happening at a time, and all that it sets free has run
 * before the next one, so a seed gives one schedule.
 */
export class Schedule {
  nowMs = 0
  /** How many have happened. */
  actions = 0
  /** How many works are under way that go on in turns of the thread's own loop, a slice each. */
  inSlices = 0
  /** A checksum over all that happened, in order: equal runs have equal ones. */
  checksum = 0
  /** The schedule for people, a line each; empty unless it is told. */
  readonly lines: string[] = []
  private entered = 0
  private readonly heap: Happening[] = []

  constructor(private readonly isTold: boolean) {}

  /** Enters what happens after `delayMs`. */
  after(delayMs: number, label: string, happen: () => void): Happening {
    const happening = { atMs: this.nowMs + delayMs, order: this.entered++, label, happen, isOff: false }
    this.push(happening)
    return happening
  }

  /** Lets the next one happen; false where nothing is left. */
  next(): boolean {
    let next = this.pop()
    while (next?.isOff) next = this.pop()
    if (next === undefined) return false
    this.nowMs = Math.max(this.nowMs, next.atMs)
    this.note(next.label)
    this.actions++
    next.happen()
    return true
  }

  /** Writes a line of the schedule. */
  note(label: string): void {
    this.checksum = hash32(label, this.checksum ^ Math.floor(this.nowMs * 1024))
    if (this.isTold) this.lines.push(`${this.nowMs.toFixed(1).padStart(9)}  ${label}`)
  }

  private push(happening: Happening): void {
    const { heap } = this
    let at = heap.length
    heap.push(happening)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(happening, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = happening
  }

  private pop(): Happening | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return last
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = last
    return first
  }
}

const isBefore = (a: Happening, b: Happening): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
