import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { StartThread } from '../shared/thread'
import type { WorkerBeginning } from '../shared/worker'
import type { CarrierNotice } from './carrier'

/** Something that a thread has to find by itself, since it cannot be handed functions: an export of a module. */
export interface NamedExport {
  /** An absolute path, or a package that is found from here. */
  readonly module: string
  readonly name: string
}

/** How a replica is reached, and held to account. */
export interface CarrierOptions {
  /** SHA-256 of the gradient graph's ONNX bytes, hexadecimal: a replica that builds another graph refuses. */
  readonly graphHash: string
  /** Called without arguments, it gives a CompileGraph: what a replica is probed by. */
  readonly compiler: NamedExport
  /** Called with the address, it gives a DialReplica. */
  readonly dialler: NamedExport & { readonly address: string }
  /** Told of every turn: admitted, away, refused. */
  readonly onNotice: (notice: CarrierNotice) => void
  /** How long a replica may take to answer before its stream is opened again; 10,000 unless given. */
  readonly answerMs?: number
  /** Of Node, for the thread. */
  readonly execArgv?: string[]
}

/** What a carrier's thread is given at its start. */
export interface CarrierData extends Required<Pick<CarrierOptions, 'graphHash' | 'compiler' | 'dialler' | 'answerMs'>> {
  readonly beginning: WorkerBeginning
}

/** What a carrier's thread posts. */
export type CarrierMessage = { readonly kind: 'ready' } | { readonly kind: 'notice'; readonly notice: CarrierNotice }

const ANSWER_MS = 10_000

/**
 * A worker of a crew whose shards a replica elsewhere computes: invite it by `crew.invite`. It is ready at once, whether or not its replica is there;
 * it dials again, less and less often, until the replica answers, and its results count once it has proven that it computes the same bits.
 */
export function carriersTo({ graphHash, compiler, dialler, onNotice, answerMs = ANSWER_MS, execArgv }: CarrierOptions): StartThread {
  return (beginning) => {
    const data: CarrierData = { beginning, graphHash, compiler, dialler, answerMs }
    const worker = new Worker(path.join(__dirname, `carrier-entry${path.extname(__filename)}`), { workerData: data, execArgv })
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.on('error', (error: Error) => onNotice({ kind: 'refused', reason: error.message })) // it ends then; the owner does what it had claimed
    worker.on('message', (message: CarrierMessage) => {
      if (message.kind === 'notice') onNotice(message.notice)
    })
    return {
      ready: new Promise((resolve, reject) => {
        worker.once('message', () => resolve())
        worker.once('error', reject)
        worker.once('exit', () => resolve())
      }),
      post: (news) => worker.postMessage(news),
      onEnd: (listener) => void ended.then(() => listener()),
    }
  }
}
