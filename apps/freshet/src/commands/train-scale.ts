import type { Command } from 'commander'
import { trainer } from '@freshet/contracts/services'
import { InvalidFieldError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { findTrainer } from '../train/running-trainer'
import { addCommand, terminalOf, type AddCommand } from './command'

/** How many threads share the steps of the running trainer. */
export const addTrainScale: AddCommand = (train, output) => {
  addCommand(train, {
    name: 'scale <workers>',
    description: 'let so many threads share each step, or `auto`: as many as load asks for; what is learned does not depend on it',
    examples: ['train scale 2', 'train scale auto'],
  }).action(async (given: string, _: DataSetOptions, command: Command) => {
    const options = command.optsWithGlobals<DataSetOptions>() // `train` takes the same ones, wherever they stand
    const workers = workersOf(given)
    const client = await findTrainer(configOf(options))
    try {
      const answer = await call(client, 'scale', { workers }, { deadlineMs: DEADLINE_MS })
      terminalOf(output, options).answer(trainer.ScaleResponse.toJSON(answer), textOf(answer))
    } finally {
      client.close()
    }
  })
}

const DEADLINE_MS = 30_000 // a thread takes a third of a second to begin, more on a busy machine

const textOf = ({ workers, byLoad }: trainer.ScaleResponse): string => {
  const threads = workers === 1 ? '1 thread computes' : `${workers} threads share`
  return `${threads} each step${byLoad ? '; from now on as many as load asks for' : ''}`
}

function workersOf(text: string): number {
  if (text === 'auto') return 0
  const workers = Number(text)
  if (Number.isInteger(workers) && workers >= 1) return workers
  throw new InvalidFieldError({ field: 'workers', value: text, rule: 'it is a number of threads, 1 or more', remedy: 'or say auto' })
}
