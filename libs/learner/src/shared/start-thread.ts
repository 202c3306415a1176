import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerThread } from './thread'

/** What a thread of this process begins with. */
export interface ThreadStart {
  /** The file that it runs, without its extension: what is beside it is compiled, or source, as it is itself. */
  readonly entry: string
  readonly workerData: unknown
  /** Of Node, for the thread. */
  readonly execArgv?: string[]
  /** Told of what it posts, the word that it is there included. */
  readonly onMessage?: (message: unknown) => void
  /** Told of what ends it out of order. */
  readonly onError?: (error: Error) => void
}

/** Starts a thread of this process, which is ready with the first message that it posts. */
export function startThread({ entry, workerData, execArgv, onMessage, onError }: ThreadStart): WorkerThread {
  const worker = new Worker(`${entry}${path.extname(__filename)}`, { workerData, execArgv })
  let failure: Error | undefined
  worker.on('error', (error: Error) => {
    failure = error
    onError?.(error)
  })
  if (onMessage) worker.on('message', onMessage)
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => resolve(failure)))
  return {
    ready: new Promise((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', reject)
      worker.once('exit', () => resolve())
    }),
    post: (news) => worker.postMessage(news),
    onEnd: (listener) => void ended.then(listener),
  }
}
