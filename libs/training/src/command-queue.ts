import { UnavailableError } from '@freshet/kernel'

interface Command {
  readonly run: () => Promise<void>
  readonly reject: (error: Error) => void
}

interface StepWaiter {
  readonly step: number
  readonly run: () => void
  readonly reject: (error: Error) => void
}

/** Questions and orders from outside, served between two steps: whoever asks sees a whole state. */
export class CommandQueue {
  private waiting: Command[] = []
  private waiters: StepWaiter[] = []
  private interruption: AbortController | undefined
  private isClosed = false

  /** Runs `work` when the loop comes to a step's end; rejects with UnavailableError once the loop has ended. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.isClosed) return reject(ended())
      this.waiting.push({ run: () => work().then(resolve, reject), reject })
      this.interruption?.abort()
    })
  }

  /** Runs `look` right after step `step` has been executed. */
  after<T>(step: number, look: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiters.push({ step, run: () => resolve(look()), reject })
    })
  }

  /** Serves what waits, in order. */
  async serve(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await next.run()
  }

  /** Says that a step has been executed. */
  stepped(step: number): void {
    if (this.waiters.length === 0) return
    for (const waiter of this.waiters.filter((each) => each.step === step)) waiter.run()
    for (const late of this.waiters.filter((each) => each.step < step))
      late.reject(new UnavailableError(`the state after step ${late.step}`, 'ask for a later step'))
    this.waiters = this.waiters.filter((each) => each.step > step)
  }

  /** Lets the loop wait until `wait` is over, a command comes, or `signal` aborts; what `wait` leaves waiting is let go then. */
  async idle(signal: AbortSignal, wait: (until: AbortSignal) => Promise<void>): Promise<void> {
    if (this.waiting.length > 0) return
    const interruption = new AbortController()
    this.interruption = interruption
    await wait(AbortSignal.any([signal, interruption.signal]))
    interruption.abort()
    this.interruption = undefined
  }

  /** Refuses what waits and whatever comes. */
  close(): void {
    this.isClosed = true
    for (const each of [...this.waiting, ...this.waiters]) each.reject(ended())
    this.waiting = []
    this.waiters = []
  }
}

const ended = (): UnavailableError =>
  new UnavailableError('the trainer', 'it has ended its work; ask the trainer that owns the model set now')
