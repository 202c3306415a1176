import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { UnavailableError } from '@freshet/kernel'
import { RemoteError } from '@freshet/service'
import type { TrainerNotice } from '@freshet/training'
import type { WorkerInput } from './step-worker'
import type { Answer, Argument, FromWorker, Question, TrainerVerbs } from './worker-protocol'
import type { WorkforceNotice } from './workforce'

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** What the owner of a link is told. */
export interface LinkListener {
  readonly onNotice: (notice: TrainerNotice | WorkforceNotice) => void
  /** The thread has ended: by itself (0), or by an error. */
  readonly onEnd: (error: Error | undefined) => void
}

/** What the thread runs. */
interface Thread {
  readonly script: string
  /** Options of Node for it; the process's own unless given. */
  readonly execArgv?: readonly string[]
}

const COMPILED: Thread = { script: path.join(__dirname, 'step-worker.js') }

/** The other end of the thread that learns: one question, one answer. */
export class WorkerLink {
  private readonly worker: Worker
  private readonly pending = new Map<number, Pending>()
  private nextId = 1
  private markReady: () => void = () => undefined
  private failure: Error | undefined
  /** Resolves when the thread has opened its state, rejects when it cannot. */
  readonly ready: Promise<void>
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>

  constructor(input: WorkerInput, listener: LinkListener, { script, execArgv }: Thread = COMPILED) {
    const options = { workerData: input, trackUnmanagedFds: false } // its end must not close lock files that this thread's log is signed in
    this.worker = new Worker(script, { ...options, ...(execArgv && { execArgv: [...execArgv] }) })
    this.worker.on('message', (message: FromWorker) => this.hear(message, listener))
    this.worker.on('error', (error) => (this.failure = error))
    this.ended = new Promise((resolve) => this.worker.on('exit', () => resolve()))
    this.ready = new Promise((resolve, reject) => {
      this.markReady = resolve
      void this.ended.then(() => reject(this.failure ?? ended()))
    })
    this.ready.catch(() => undefined)
    void this.ended.then(() => {
      for (const { reject } of this.pending.values()) reject(this.failure ?? ended())
      this.pending.clear()
      listener.onEnd(this.failure)
    })
  }

  /** Asks one question. Throws what the thread threw, and UnavailableError once it has ended. */
  ask<V extends keyof TrainerVerbs>(verb: V, argument: Argument = ''): Promise<Answer<V>> {
    return new Promise<Answer<V>>((resolve, reject) => {
      const id = this.nextId++
      this.pending.set(id, { resolve, reject })
      this.worker.postMessage({ id, verb, argument } satisfies Question)
    })
  }

  /** Lets the thread finish its step, tell what is untold, save a version, and end. */
  async stop(): Promise<void> {
    this.worker.postMessage({ id: 0, verb: 'stop', argument: '' } satisfies Question)
    await this.ended
  }

  private hear(message: FromWorker, { onNotice }: LinkListener): void {
    if (message.kind === 'ready') return this.markReady()
    if (message.kind === 'notice') return onNotice(message.notice)
    if (message.kind === 'failure') return void (this.failure = new RemoteError('trainer', message.error))
    const pending = this.pending.get(message.id)
    this.pending.delete(message.id)
    if (message.kind === 'answer') pending?.resolve(message.value as never)
    else pending?.reject(new RemoteError('trainer', message.error))
  }
}

const ended = (): UnavailableError => new UnavailableError('the trainer', 'it is starting again; ask once more in a second')
