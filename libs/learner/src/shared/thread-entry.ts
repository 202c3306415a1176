import { createRequire } from 'node:module'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { PreconditionError } from '@freshet/kernel'
import type { CompileGraph } from '@freshet/tensor'
import type { ThreadData } from './thread'
import { shareWork, type WorkerNews } from './worker'

/** What runs in a thread of its own: it finds its compiler, says that it is there, and shares the work. */
async function main({ beginning, module, compiler }: ThreadData): Promise<void> {
  const port = parentPort
  if (!port) throw new PreconditionError('this file is the beginning of a worker thread', 'start it by threadsOf')
  const load = createRequire(__filename) as (module: string) => Record<string, () => CompileGraph>
  const receive = (): WorkerNews | undefined => receiveMessageOnPort(port)?.message as WorkerNews | undefined
  port.postMessage('ready')
  await shareWork(beginning, { compile: load(module)[compiler](), receive })
  port.close()
}

void main(workerData as ThreadData)
