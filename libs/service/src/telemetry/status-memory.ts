import { isFreshetError, UnavailableError, type Clock, type FreshetError } from '@freshet/kernel'
import { logProblem, type LogInUse } from './engine-health'

/** What a status is read with. */
export interface StatusMemoryOptions<T> {
  readonly runtime: LogInUse & { readonly clock: Clock }
  /** Reads what the status says of log and store. */
  readonly ask: () => Promise<T>
  /** Whether `ask` reads the online store: then what keeps it from answering, while the log does, is the store. */
  readonly readsStore?: boolean
}

/** What is known, and how it was come by. */
export interface Known<T> {
  readonly value: T
  readonly standing: Standing
}

/** How much of a status is of now, as `freshet.status.v1.Standing` says it. */
export interface Standing {
  readonly logProblem: string
  readonly storeProblem: string
  readonly asOfMs: number
}

/**
 * What a service says of log and store: as they are, or, while they do not answer, as they last were, with the reason. An operator asks for the
 * status when something is down, and would else learn only that the status is down as well.
 */
export class StatusMemory<T> {
  private last: { readonly value: T; readonly atMs: number } | undefined
  private asking: Promise<T> | undefined

  constructor(private readonly options: StatusMemoryOptions<T>) {}

  /**
   * Waits for an answer as long as the log does what it is asked.
   *
   * throws  what `ask` throws, where that is not for want of log or store, or nothing was ever known; UnavailableError with the log's reason where
   *         the log is away and nothing was ever known
   */
  async read(): Promise<Known<T>> {
    const { runtime } = this.options
    const asked = (logProblem(runtime) !== undefined && this.asking) || this.ask() // one question at a time to a log that is silent
    try {
      const answer = await Promise.race([asked.then((value) => ({ value })), this.silence(asked)])
      if (answer) return { value: answer.value, standing: { logProblem: logProblem(runtime) ?? '', storeProblem: '', asOfMs: 0 } }
      return this.remembered(new UnavailableError('the log', logProblem(runtime) ?? 'it did not answer'))
    } catch (error) {
      if (!isFreshetError(error) || !error.retryable) throw error
      return this.remembered(error)
    }
  }

  private ask(): Promise<T> {
    const { ask, runtime } = this.options
    const asking = ask().then((value) => {
      this.last = { value, atMs: runtime.clock.nowMs() }
      return value
    })
    const forget = (): void => {
      if (this.asking === asking) this.asking = undefined
    }
    asking.then(forget, forget)
    return (this.asking = asking)
  }

  /** Resolves when the log has been in trouble for as long as an answer may take; never where it has not, or what was asked is answered. */
  private async silence(asked: Promise<T>): Promise<undefined> {
    const { runtime } = this.options
    const answered = new AbortController()
    const end = (): void => answered.abort()
    asked.then(end, end)
    do await runtime.clock.sleep(PATIENCE_MS, answered.signal)
    while (!answered.signal.aborted && logProblem(runtime) === undefined)
    return answered.signal.aborted ? new Promise<never>(() => undefined) : undefined
  }

  /** What was last known; throws `failure` where nothing is, or where neither log nor store is to blame. */
  private remembered(failure: FreshetError): Known<T> {
    const { runtime, readsStore = false } = this.options
    const problem = logProblem(runtime)
    if (this.last === undefined || (problem === undefined && !readsStore))
      throw problem === undefined ? failure : new UnavailableError('the log', problem)
    const { value, atMs } = this.last
    return { value, standing: { logProblem: problem ?? '', storeProblem: problem === undefined ? failure.message : '', asOfMs: atMs } }
  }
}

const PATIENCE_MS = 250 // answers take a few milliseconds
