import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { UnavailableError } from '@freshet/kernel'
import { RemoteError } from '@freshet/service'
import type { CompileGraph, Feed, GraphRunner } from '@freshet/tensor'
import type { FromGraphThread, GraphThreadData, ToGraphThread } from './graph-thread-entry'

/** Where a thread finds what it compiles with: it cannot be handed functions. */
export interface GraphThreadOptions {
  /** A module's export that gives a CompileGraph when it is called without arguments. */
  readonly compiler: GraphThreadData['compiler']
  /** Of Node, for the thread. */
  readonly execArgv?: string[]
}

/** Graphs that run in a thread of their own each: the runtime occupies a thread while it runs, and a service has calls to answer. */
export function compileInThread({ compiler, execArgv }: GraphThreadOptions): CompileGraph {
  return async (spec) => {
    const workerData: GraphThreadData = { spec, compiler }
    const runner = new ThreadRunner(
      new Worker(path.join(__dirname, `graph-thread-entry${path.extname(__filename)}`), { workerData, execArgv }),
    )
    await runner.ready.catch(async (error: unknown) => {
      await runner.release()
      throw error
    })
    return runner
  }
}

type Outputs = Record<string, Float32Array>

class ThreadRunner implements GraphRunner {
  /** Settles when the thread takes runs; rejects with why it cannot. */
  readonly ready: Promise<Outputs>
  private readonly ended: Promise<void>
  private failure: Error | undefined
  /** Who waits for the answers to come, in their order: first for the graph to be compiled. */
  private readonly waiting: { resolve: (outputs: Outputs) => void; reject: (error: Error) => void }[] = []

  constructor(private readonly worker: Worker) {
    this.ready = this.answer()
    worker.on('message', (message: FromGraphThread) => {
      const next = this.waiting.shift()
      if (message.kind === 'refusal') next?.reject(new RemoteError('graph', message.error))
      else next?.resolve(message.outputs)
    })
    worker.on('error', (error: Error) => (this.failure = error))
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    void this.ended.then(() => {
      const failure = (this.failure ??= gone())
      for (const { reject } of this.waiting.splice(0)) reject(failure)
    })
  }

  async run(feeds: Readonly<Record<string, Feed>>): Promise<Outputs> {
    if (this.failure) throw this.failure
    const answer = this.answer()
    this.worker.postMessage({ kind: 'run', feeds } satisfies ToGraphThread)
    return answer
  }

  /** Lets the thread end by itself: ended from outside while the runtime runs, it would take the process with it. */
  async release(): Promise<void> {
    this.worker.postMessage({ kind: 'release' } satisfies ToGraphThread)
    await this.ended
  }

  private answer(): Promise<Outputs> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }))
  }
}

const gone = (): UnavailableError => new UnavailableError('the thread of a graph', 'open the stream again')
