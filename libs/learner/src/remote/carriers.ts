import path from 'node:path'
import { startThread } from '../shared/start-thread'
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
  const entry = path.join(__dirname, 'carrier-entry')
  const data = { graphHash, compiler, dialler, answerMs }
  return (beginning) =>
    startThread({
      ...{ entry, execArgv },
      workerData: { beginning, ...data } satisfies CarrierData,
      onError: (error) => onNotice({ kind: 'refused', reason: error.message }), // it ends then; the owner does what it had claimed
      onMessage: (message) => {
        const heard = message as CarrierMessage
        if (heard.kind === 'notice') onNotice(heard.notice)
      },
    })
}
