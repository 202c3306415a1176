import { type Clock, UnavailableError } from '@freshet/kernel'
import type { Draws } from './draws'
import type { Happening, Schedule } from './schedule'
import type { Met } from './tally'

/** What can befall a process at a request: a named point of the protocol. */
export type Mishap =
  /** The process dies before the request is sent, or after it has taken effect. */
  | 'crash-before'
  | 'crash-after'
  /** The process stands still before the request is sent, or before it hears the answer: a zombie when it goes on. */
  | 'freeze-before'
  | 'freeze-after'
  /** It takes effect, and the answer is an error. */
  | 'lost-answer'
  /** It does not take effect, and the answer is an error. */
  | 'refused'
  /** The answer is an error, and it takes effect long after. */
  | 'late'

/** Where a mishap waits: at the n-th request of a kind. */
export interface Tripwire {
  readonly mishap: Mishap
  /** What the request's name starts with. */
  readonly at: string
  countdown: number
}

/** The simulation's time begins here, as clocks say it. */
export const EPOCH_MS = 1_700_000_000_000

/** What a host lives in. */
export interface HostScope {
  readonly schedule: Schedule
  readonly draws: Draws
  /** Told of the end of a process that nobody wanted. */
  readonly onCrash: (host: Host) => void
  readonly met: Met
}

/**
 * A machine that runs one process at a time. All that its process hears from outside passes here: so a dead process hears
 * nothing more, ever, and a frozen one hears everything when it goes on.
 */
export class Host {
  /** Counts processes; 0 before the first. */
  life = 0
  isUp = false
  tripwires: Tripwire[] = []
  /** How many of them somebody has come to. */
  tripped = 0
  /** Of the process that runs: a dead one's stands still for ever. */
  clock: Clock
  private thawMs = 0
  private cutMs = 0
  private readonly lanes = new Map<string, number>()
  /** Who waits for an answer of this process: told when it dies. */
  private readonly calls = new Set<() => void>()

  constructor(
    readonly name: string,
    private readonly scope: HostScope,
  ) {
    this.clock = this.clockOf(0)
  }

  get isFrozen(): boolean {
    return this.scope.schedule.nowMs < this.thawMs
  }

  /** Begins a new process. */
  boot(): void {
    this.end()
    this.isUp = true
    this.clock = this.clockOf(this.life)
    this.thawMs = this.cutMs = 0
  }

  /** Ends the process as `kill -9` does: its memory is gone; requests that are on their way may still arrive. */
  crash(): void {
    if (!this.isUp) return
    this.scope.schedule.note(`${this.name} is killed`)
    this.scope.met('kills')
    this.isUp = false
    this.end()
    this.scope.onCrash(this)
  }

  /** Stands still, as SIGSTOP does. */
  freeze(durationMs: number): void {
    this.scope.schedule.note(`${this.name} stands still for ${durationMs.toFixed(0)} ms`)
    this.scope.met('freezes')
    this.thawMs = Math.max(this.thawMs, this.scope.schedule.nowMs + durationMs)
  }

  /** Loses its connections for a while. */
  cut(durationMs: number): void {
    this.scope.schedule.note(`${this.name} is cut off for ${durationMs.toFixed(0)} ms`)
    this.cutMs = this.scope.schedule.nowMs + durationMs
  }

  /** Goes on, connected, and nothing waits for it any more. */
  heal(): void {
    this.thawMs = this.cutMs = 0
    this.tripwires = []
  }

  /** Asks something of another host's process, which works on it in its own time. Throws UnavailableError where it dies meanwhile. */
  ask<T>(other: Host, name: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const label = `${name} of ${other.name}`
      const over = (outcome: () => void): void => {
        other.calls.delete(hangUp)
        this.tell(this.scope.draws.latencyMs(), label, outcome)
      }
      const hangUp = (): void => over(() => reject(unavailable(label).error))
      if (!other.isUp) return hangUp()
      other.calls.add(hangUp)
      other.tell(this.scope.draws.latencyMs(), `${this.name} asks for ${name}`, () => {
        work().then(
          (value) => over(() => resolve(value)),
          (error: unknown) => over(() => reject(error)),
        )
      })
    })
  }

  /**
   * Asks something of a server, for the process `life`: it takes effect there after a while, and the answer comes after another.
   * Requests of one lane take effect in the order in which they were made. A dead process asks nothing.
   */
  call<T>(name: string, effect: () => T, { lane, life = this.life }: CallOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      if (life !== this.life) return
      const request = { name, effect, resolve, reject, life }
      const atMs = this.inLane(lane, this.scope.draws.latencyMs())
      this.scope.schedule.after(atMs, `${this.name} ${name}`, () => this.arrive(request))
    })
  }

  /** Tells the process something after `delayMs`, unless it has died by then; a frozen one hears it when it goes on. */
  tell(delayMs: number, label: string, hear: () => void): Happening {
    const { life } = this
    const attempt = (): void => {
      if (life !== this.life) return
      const waitMs = this.thawMs - this.scope.schedule.nowMs
      if (waitMs > 0) this.scope.schedule.after(waitMs, `${this.name} hears at last: ${label}`, attempt)
      else hear()
    }
    return this.scope.schedule.after(delayMs, `${this.name} hears: ${label}`, attempt)
  }

  /** As {@link tell}, to whatever process runs then: for the machine itself. */
  tellNext(delayMs: number, label: string, hear: () => void): void {
    this.scope.schedule.after(delayMs, `${this.name} ${label}`, hear)
  }

  /** Work that the domain does in turns of the thread's own loop: whoever turns the house turns that too until it is over. */
  inSlices<T>(work: Promise<T>): Promise<T> {
    const { schedule } = this.scope
    schedule.inSlices++
    const over = (): void => void schedule.inSlices--
    work.then(over, over)
    return work
  }

  private clockOf(life: number): Clock {
    const { schedule } = this.scope
    return {
      nowMs: () => EPOCH_MS + Math.floor(schedule.nowMs),
      monotonicMs: () => schedule.nowMs,
      sleep: (durationMs, signal) => (life === this.life ? this.sleep(durationMs, signal) : new Promise(() => {})),
    }
  }

  private sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = (): void => {
        timer.isOff = true
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = this.tell(Math.max(0, durationMs), 'the clock', wake)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Whatever runs hears nothing more, and who waits for it learns that it is gone. */
  private end(): void {
    this.life++
    for (const hangUp of this.calls) hangUp()
    this.calls.clear()
  }

  /** A request reaches its server. */
  private arrive<T>(request: Request<T>): void {
    const { draws, schedule } = this.scope
    const isOrphan = request.life !== this.life
    if (isOrphan && draws.chance(0.5)) return // it died with its sender, or was on its way already
    const mishap = isOrphan ? undefined : this.mishapAt(request.name)
    switch (mishap) {
      case undefined:
        return this.answer(request, attempt(request.effect))
      case 'crash-before':
        return this.crash()
      case 'crash-after':
        attempt(request.effect)
        return this.crash()
      case 'freeze-before':
        this.freeze(draws.between(FREEZE_MS.min, FREEZE_MS.max))
        schedule.after(this.thawMs - schedule.nowMs, `${this.name} ${request.name}, after standing still`, () =>
          this.answer(request, attempt(request.effect)),
        )
        return
      case 'freeze-after':
        this.freeze(draws.between(FREEZE_MS.min, FREEZE_MS.max))
        return this.answer(request, attempt(request.effect))
      case 'lost-answer':
        attempt(request.effect)
        return this.answer(request, unavailable(request.name))
      case 'refused':
        return this.answer(request, unavailable(request.name))
      case 'late':
        schedule.after(draws.between(20, LATE_MS_MAX), `${this.name} ${request.name}, long after`, () => attempt(request.effect))
        return this.answer(request, unavailable(request.name))
    }
  }

  /** An answer sometimes comes at once and sometimes takes its time; to the frozen and the dead it does not come now, or ever. */
  private answer<T>(request: Request<T>, outcome: Outcome<T>): void {
    const { draws } = this.scope
    const hear = (): void => ('error' in outcome ? request.reject(outcome.error) : request.resolve(outcome.value))
    if (request.life !== this.life) return
    if (!this.isFrozen && draws.chance(AT_ONCE)) hear()
    else this.tell(draws.latencyMs(), request.name, hear)
  }

  private mishapAt(name: string): Mishap | undefined {
    const { schedule, draws } = this.scope
    for (const tripwire of this.tripwires) {
      if (!name.startsWith(tripwire.at) || --tripwire.countdown > 0) continue
      this.tripwires = this.tripwires.filter((each) => each !== tripwire)
      this.tripped++
      schedule.note(`${this.name} ${name}: ${tripwire.mishap}`)
      return tripwire.mishap
    }
    if (schedule.nowMs < this.cutMs) return draws.chance(0.5) ? 'refused' : 'lost-answer'
    return undefined
  }

  private inLane(lane: string | undefined, latencyMs: number): number {
    if (lane === undefined) return latencyMs
    const { nowMs } = this.scope.schedule
    const atMs = Math.max(nowMs + latencyMs, this.lanes.get(lane) ?? 0)
    this.lanes.set(lane, atMs)
    return atMs - nowMs
  }
}

interface CallOptions {
  readonly lane?: string
  readonly life?: number
}

interface Request<T> {
  readonly name: string
  readonly effect: () => T
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
  /** The process that asked. */
  readonly life: number
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown }

const FREEZE_MS = { min: 100, max: 1000 } // from a hiccup to twice the silence after which a standby claims
const LATE_MS_MAX = 1000
const AT_ONCE = 0.85

function attempt<T>(effect: () => T): Outcome<T> {
  try {
    return { value: effect() }
  } catch (error) {
    return { error }
  }
}

const unavailable = (name: string): { error: UnavailableError } => ({
  error: new UnavailableError(name, 'whether it has taken effect is not known; look, then decide again'),
})
