import path from 'node:path'
import { startThread } from './start-thread'
import type { WorkerBeginning, WorkerNews } from './worker'

/** A thread that shares an engine's work. */
export interface WorkerThread {
  /** Settles when it takes tasks, or was ended before; rejects where it fails to begin. */
  readonly ready: Promise<void>
  post(news: WorkerNews): void
  /** Told once, however it ended: with what ended it, where it did not end in order. */
  onEnd(listener: (failure?: Error) => void): void
}

/** Starts a thread. */
export type StartThread = (beginning: WorkerBeginning) => WorkerThread

/** What a thread computes with: it cannot be handed functions, so it is told where to find them. */
export interface ThreadOptions {
  /** An absolute path, or a package that is found from here. */
  readonly module: string
  /** What the module exports: called without arguments, it gives a CompileGraph. */
  readonly compiler: string
  /** Of Node, for the thread. */
  readonly execArgv?: string[]
}

/** What a thread is given at its start. */
export interface ThreadData {
  readonly beginning: WorkerBeginning
  readonly module: string
  readonly compiler: string
}

/** Threads of this process. */
export function threadsOf({ module, compiler, execArgv }: ThreadOptions): StartThread {
  const entry = path.join(__dirname, 'thread-entry')
  return (beginning) => startThread({ entry, workerData: { beginning, module, compiler } satisfies ThreadData, execArgv })
}
