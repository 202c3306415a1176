import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { PreconditionError, systemClock } from '@freshet/kernel'
import type { CompileGraph } from '@freshet/tensor'
import type { WorkerNews } from '../shared/worker'
import { carry } from './carrier'
import type { CarrierData, CarrierMessage } from './carriers'
import type { DialReplica } from './replica-line'

/** What runs in a carrier's thread: it listens all the time, unlike a thread that computes. */
async function main({ beginning, graphHash, answerMs, compiler, dialler }: CarrierData): Promise<void> {
  const port = parentPort
  if (!port) throw new PreconditionError('this file is the beginning of a worker thread', 'start it by carriersTo')
  const load = createRequire(__filename) as (module: string) => Record<string, (address?: string) => unknown>
  const news: WorkerNews[] = []
  port.on('message', (message: WorkerNews) => news.push(message))
  port.postMessage({ kind: 'ready' } satisfies CarrierMessage)
  await carry(beginning, {
    ...{ graphHash, answerMs, clock: systemClock },
    receive: () => news.shift(),
    compile: load(compiler.module)[compiler.name]() as CompileGraph,
    dial: load(dialler.module)[dialler.name](dialler.address) as DialReplica,
    tell: (notice) => port.postMessage({ kind: 'notice', notice } satisfies CarrierMessage),
  })
  port.close()
}

void main(workerData as CarrierData)
