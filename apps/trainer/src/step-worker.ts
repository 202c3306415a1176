import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { isFreshetError } from '@freshet/kernel'
import type { Config } from '@freshet/service'
import { detailsOf, letGo, type LogScope, openRuntime } from '@freshet/service/runtime'
import { Trainer, type VersionShelf } from '@freshet/training'
import { openTrainerOptions } from './trainer-options'
import { openVersionShelf } from './version-shelf'
import type { Argument, FromWorker, Question, TrainerVerbs } from './worker-protocol'

/** What the thread is started with. */
export interface WorkerInput {
  readonly config: Config
  /** The name of this process's trainer: of this start, not of the machine. */
  readonly id: string
}

/** The thread that learns: it opens log and versions for itself, and the service's event loop stays free. */
async function main(port: MessagePort, { config, id }: WorkerInput): Promise<void> {
  const tell = (message: FromWorker): void => port.postMessage(message)
  await using runtime = await openRuntime(config)
  const options = await openTrainerOptions(runtime, id, (notice) => tell({ kind: 'notice', notice }))
  try {
    const { provider } = options
    await learn(port, await Trainer.open(options), {
      provider,
      runtime,
      shelfIn: (directory) => openVersionShelf(directory, runtime.clock),
    })
  } catch (error) {
    if (!isFreshetError(error)) throw error
    tell({ kind: 'failure', error: detailsOf(error) })
  } finally {
    await options.release()
    port.close()
  }
}

/** What a thread knows beside its trainer. */
interface ThreadFacts {
  /** What its steps run on. */
  readonly provider: string
  readonly runtime: LogScope
  readonly shelfIn: (directory: string) => VersionShelf
}

/** Answers and learns until it is told to stop. */
async function learn(port: MessagePort, trainer: Trainer, { provider, runtime, shelfIn }: ThreadFacts): Promise<void> {
  const tell = (message: FromWorker): void => port.postMessage(message)
  const verbs: TrainerVerbs = {
    status: async () => ({ ...(await trainer.status()), provider }),
    checkpoint: () => trainer.checkpoint(),
    audit: (step) => trainer.audit(step),
    grant: (to) => trainer.grant(to),
    serve: (version) => trainer.serve(version),
    declareLoss: (loss) => trainer.declareLoss(loss),
    followFrom: (directory) => trainer.reopen(shelfIn(directory)),
  }
  const stop = new AbortController()
  port.on('message', (question: Question) => {
    if (question.verb === 'stop') stop.abort()
    else void answer(verbs, question).then(tell)
  })
  const over = new AbortController()
  stop.signal.addEventListener('abort', () => void letGo(runtime, over.signal))
  tell({ kind: 'ready' })
  await trainer.run(stop.signal).finally(() => over.abort())
}

async function answer(verbs: TrainerVerbs, { id, verb, argument }: Question): Promise<FromWorker> {
  try {
    const ask = verbs[verb as keyof TrainerVerbs] as (argument: Argument) => Promise<unknown>
    return { kind: 'answer', id, value: await ask(argument) }
  } catch (error) {
    return { kind: 'refusal', id, error: detailsOf(error) }
  }
}

if (!isMainThread && parentPort) void main(parentPort, workerData as WorkerInput)
