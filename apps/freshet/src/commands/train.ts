import { setMaxListeners } from 'node:events'
import type { trainer, TrainerClient } from '@freshet/contracts/services'
import { systemClock } from '@freshet/kernel'
import { call, type Config } from '@freshet/service'
import { InvalidArgumentError } from 'commander'
import { configOf, type DataSetOptions } from '../data-set'
import type { Output } from '../terminal'
import { createPainter, lookJson, watchTrainer } from '../train/watch-trainer'
import { Pace } from '../train/pace'
import { findTrainer } from '../train/running-trainer'
import { trainerPicture } from '../train/picture'
import { addCommand, terminalOf, type AddCommand } from './command'
import { addTrainScale } from './train-scale'

/** The running trainer, as it learns. */
export const addTrain: AddCommand = (program, output) => {
  const train = addCommand(program, {
    name: 'train',
    description: 'watch the running trainer: examples a second, loss, AUC, memory, time until nothing is left; Ctrl-C ends the view',
    examples: ['train', 'train --once', 'train --json', 'train --every 5'],
  })
    .enablePositionalOptions() // what follows a sub-command is the sub-command's
    .option('--once', 'show it as it is now, and end')
    .option('--every <seconds>', 'between two looks', secondsOf, 1)
    .action((options: TrainOptions) => (options.once ? showOnce(options, output) : watch(options, output)))
  train.addHelpText('after', HELP)
  addTrainScale(train, output)
}

interface TrainOptions extends DataSetOptions {
  readonly once?: boolean
  readonly every: number
}

const HELP = `
A trainer that is away is waited for. With --json, one document a line; where there is no terminal, a line of text each.`

async function showOnce(options: TrainOptions, output: Output): Promise<void> {
  await using trainer = new RunningTrainer(configOf(options))
  const [status, pace] = [await trainer.status(), new Pace()]
  pace.observe(status, 0)
  const look = { status, etaS: pace.etaS, history: { loss: [], auc: [], examplesPerS: [] } }
  terminalOf(output, options).answer(lookJson(look), trainerPicture(look).trimEnd())
}

async function watch(options: TrainOptions, output: Output): Promise<void> {
  await using trainer = new RunningTrainer(configOf(options))
  const terminal = terminalOf(output, options)
  const paint = createPainter(output.stdout)
  using interrupted = untilInterrupted()
  await watchTrainer({
    ask: () => trainer.status(),
    clock: systemClock,
    signal: interrupted.signal,
    everyMs: 1000 * options.every,
    show: (look) => (options.json ? terminal.line(lookJson(look), '') : paint(look)),
  })
}

/** The trainer of a data set, wherever it runs: looked for again whenever it does not answer. */
class RunningTrainer implements AsyncDisposable {
  private client: TrainerClient | undefined

  constructor(private readonly config: Config) {}

  /** Throws UnavailableError while nobody serves it. */
  async status(): Promise<trainer.GetStatusResponse> {
    const client = (this.client ??= await findTrainer(this.config))
    try {
      return await call(client, 'getStatus', {}, { deadlineMs: DEADLINE_MS })
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.close()
    this.client = undefined
  }
}

const DEADLINE_MS = 10_000 // between two steps of a backfill

/** Aborts at the first Ctrl-C, or when the process is told to end. */
function untilInterrupted(): Disposable & { readonly signal: AbortSignal } {
  const interrupted = new AbortController()
  setMaxListeners(0, interrupted.signal)
  const stop = (): void => interrupted.abort()
  for (const name of SIGNALS) process.once(name, stop)
  return {
    signal: interrupted.signal,
    [Symbol.dispose]: () => SIGNALS.forEach((name) => process.removeListener(name, stop)),
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (seconds >= 0.1 && seconds <= 3600) return seconds
  throw new InvalidArgumentError('it must be a number of seconds, .1 to 3600.')
}
