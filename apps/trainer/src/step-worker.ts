import { availableParallelism } from 'node:os'
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Clock, isFreshetError } from '@freshet/kernel'
import { threadsOf, WORKERS_MAX } from '@freshet/learner'
import type { Config } from '@freshet/service'
import { detailsOf, letGo, type LogScope, openRuntime } from '@freshet/service/runtime'
import { Trainer, type TrainerNotice, type VersionShelf } from '@freshet/training'
import { ReplicaRoster } from './replica-roster'
import { carrierTo } from './replica/carrier-to'
import { openTrainerOptions } from './trainer-options'
import { openVersionShelf } from './version-shelf'
import type { Argument, FromWorker, Question, TrainerVerbs } from './worker-protocol'
import { Workforce, type WorkforceNotice } from './workforce'

/** What the thread is started with. */
export interface WorkerInput {
  readonly config: Config
  /** The name of this process's trainer: of this start, not of the machine. */
  readonly id: string
}

/** The thread that learns: it opens log and versions for itself, and the service's event loop stays free. */
async function main(port: MessagePort, input: WorkerInput): Promise<void> {
  try {
    await work(port, input)
  } catch (error) {
    if (!isFreshetError(error)) throw error
    port.postMessage({ kind: 'failure', error: detailsOf(error) } satisfies FromWorker) // else it would arrive as a plain error, without its code
  } finally {
    port.close()
  }
}

async function work(port: MessagePort, { config, id }: WorkerInput): Promise<void> {
  const tell = (message: FromWorker): void => port.postMessage(message)
  await using runtime = await openRuntime(config)
  const onNotice = (notice: TrainerNotice | WorkforceNotice): void => tell({ kind: 'notice', notice })
  const workforce = workforceOf(config, onNotice)
  const options = await openTrainerOptions(runtime, { id, openEngine: workforce.openEngine, onNotice })
  try {
    const { provider } = options
    if (provider !== 'cpu')
      workforce.stayAlone(`steps run on ${provider}, and threads and replicas compute on the CPU, which comes to other bits`)
    const shelfIn = (directory: string): VersionShelf => openVersionShelf(directory, runtime.clock)
    await learn(port, await Trainer.open(options), { provider, workforce, runtime, shelfIn })
  } finally {
    await options.release()
  }
}

/** What a thread knows beside its trainer. */
interface ThreadFacts {
  /** What its steps run on. */
  readonly provider: string
  readonly workforce: Workforce
  readonly runtime: LogScope & { readonly clock: Clock }
  readonly shelfIn: (directory: string) => VersionShelf
}

/** Answers and learns until it is told to stop. */
async function learn(port: MessagePort, trainer: Trainer, { provider, workforce, runtime, shelfIn }: ThreadFacts): Promise<void> {
  const tell = (message: FromWorker): void => port.postMessage(message)
  const verbs: TrainerVerbs = {
    status: async () => ({ ...(await trainer.status()), provider, ...workforce.status }),
    checkpoint: () => trainer.checkpoint(),
    audit: (step) => trainer.audit(step),
    grant: (to) => trainer.grant(to),
    serve: (version) => trainer.serve(version),
    declareLoss: (loss) => trainer.declareLoss(loss),
    followFrom: (directory) => trainer.reopen(shelfIn(directory)),
    scale: (scale) => workforce.scaleTo(scale),
  }
  const stop = new AbortController()
  port.on('message', (question: Question) => {
    if (question.verb === 'stop') stop.abort()
    else void answer(verbs, question).then(tell)
  })
  const over = new AbortController()
  stop.signal.addEventListener('abort', () => void letGo(runtime, over.signal))
  tell({ kind: 'ready' })
  void watchLoad(trainer, { workforce, runtime }, stop.signal)
  await trainer.run(stop.signal).finally(() => over.abort())
}

/** Shows the workforce what waits, once a second. */
async function watchLoad(
  trainer: Trainer,
  { workforce, runtime: { clock } }: Pick<ThreadFacts, 'workforce' | 'runtime'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const status = await trainer.status().catch(() => undefined) // the trainer has ended, and says by what itself
    if (status === undefined) return
    workforce.look(
      status.lag.reduce((sum, records) => sum + records, 0),
      clock.monotonicMs(),
    )
    await clock.sleep(LOOK_MS, signal)
  }
}

const LOOK_MS = 1000

/** Threads as the configuration has them; what load may ask for is what the machine has. */
function workforceOf({ trainer }: Config, onNotice: (notice: WorkforceNotice) => void): Workforce {
  return new Workforce({
    replicas: new ReplicaRoster({ addresses: trainer.replicas, carrierTo, onNotice }),
    start: threadsOf({ module: require.resolve('@freshet/onnx'), compiler: 'compileOnnx' }),
    scale: trainer.workers,
    workersMax: Math.min(availableParallelism(), WORKERS_MAX - trainer.replicas.length),
    lag: { much: trainer.backfillExamples, little: trainer.cutExamples },
    onNotice,
  })
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
