import { openSharedEngine, type OpenEngine, type SharedEngine, type StartThread } from '@freshet/learner'
import { PreconditionError } from '@freshet/kernel'
import { graphHash } from '@freshet/onnx'
import { decideWorkers, type LoadMemory } from '@freshet/training'
import type { ReplicaNotice, ReplicaRoster, ReplicaStanding } from './replica-roster'

/** How many threads share steps: a number, or as load asks for. */
export type Scale = number | 'auto'

/** What a workforce is made of. */
export interface WorkforceOptions {
  readonly start: StartThread
  readonly scale: Scale
  /** The most that load may ask for: what the machine has. */
  readonly workersMax: number
  /** Records of `examples` that wait, by which there is much to do, and little. */
  readonly lag: { readonly much: number; readonly little: number }
  /** Who computes shards elsewhere. */
  readonly replicas: Pick<ReplicaRoster, 'serve' | 'look' | 'standings'>
  readonly onNotice: (notice: WorkforceNotice) => void
}

/** What an operator should know of threads, and of replicas. */
export type WorkforceNotice =
  | { readonly kind: 'worker-lost'; readonly worker: number; readonly reason: string }
  | { readonly kind: 'scaled'; readonly workers: number; readonly lag: number }
  | ReplicaNotice

/** What `freshet status` shows. */
export interface WorkforceStatus {
  readonly workers: number
  readonly scalesByLoad: boolean
  readonly workersLost: number
  readonly workerFailure: string
  readonly replicas: readonly ReplicaStanding[]
}

const REST_LOOKS_MAX = 64 // about a minute

/**
 * Lends threads and replicas to the engine that a trainer steps by, whichever that is: another dictionary and a reopened line bring another one. How many
 * there are moves no bit of the result, so nobody is asked.
 */
export class Workforce {
  private engine: SharedEngine | undefined
  private scale: Scale
  private wanted: number
  private memory: LoadMemory = {}
  private aloneFor: string | undefined
  private lost = 0
  private failure = ''
  /** After a loss, looks go by before somebody is hired: twice as many after each that follows soon. */
  private rest = { looks: 0, next: 1 }

  constructor(private readonly options: WorkforceOptions) {
    this.scale = options.scale
    this.wanted = options.scale === 'auto' ? 1 : options.scale
  }

  /** Opens an engine that shares its steps; replicas are dialled now, threads come with the next look. */
  readonly openEngine: OpenEngine = async (model, tools) => {
    const { start, replicas } = this.options
    const engine = await openSharedEngine(model, { ...tools, start, onLost: (worker, failure) => this.lose(worker, failure) })
    this.engine = engine
    if (this.aloneFor === undefined) replicas.serve(engine, graphHash(model.gradient))
    return engine
  }

  get status(): WorkforceStatus {
    const workers = this.engine?.crew.size ?? 1
    const { standings: replicas } = this.options.replicas
    return { workers, scalesByLoad: this.scale === 'auto', workersLost: this.lost, workerFailure: this.failure, replicas }
  }

  /** Nobody can share steps, for a reason: threads and replicas compute on the CPU, and bits of another provider are others. */
  stayAlone(reason: string): void {
    this.aloneFor = reason
    this.wanted = 1
  }

  /** Takes another scale; settles when those that come take tasks. Throws InvalidFieldError, and PreconditionError where steps cannot be shared. */
  async scaleTo(scale: Scale): Promise<WorkforceStatus> {
    if (this.aloneFor !== undefined && scale !== 1) throw new PreconditionError(this.aloneFor, 'scale to 1, or prefer the provider `cpu`')
    if (scale !== 'auto') await this.engine?.crew.scaleTo(scale)
    this.scale = scale
    this.wanted = scale === 'auto' ? Math.min(this.status.workers, this.options.workersMax) : scale
    this.memory = {}
    this.rest = { looks: 0, next: 1 }
    return this.status
  }

  /** Looks at the load, once a second or so: who is missing is hired, and where load decides, one comes or goes. */
  look(lag: number, nowMs: number): void {
    const { options, engine } = this
    options.replicas.look()
    if (this.scale === 'auto' && this.aloneFor === undefined) {
      const bounds = { min: 1, max: options.workersMax, ...options.lag }
      const { workers, memory } = decideWorkers({ workers: this.wanted, lag, nowMs }, this.memory, bounds)
      if (workers !== this.wanted) options.onNotice({ kind: 'scaled', workers, lag })
      this.wanted = workers
      this.memory = memory
    }
    if (engine === undefined || engine.crew.isClosed || engine.crew.size === this.wanted || this.rest.looks-- > 0) return
    engine.crew.scaleTo(this.wanted).catch(() => undefined) // whoever fails to begin is told of as lost
  }

  private lose(worker: number, failure: Error | undefined): void {
    this.lost++
    this.failure = failure?.message ?? 'it ended without a word'
    this.rest = { looks: this.rest.next, next: Math.min(2 * this.rest.next, REST_LOOKS_MAX) }
    this.options.onNotice({ kind: 'worker-lost', worker, reason: this.failure })
  }
}
