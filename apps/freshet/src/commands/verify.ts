import { CorruptError, systemClock } from '@freshet/kernel'
import { configOf, type DataSetOptions } from '../data-set'
import { openProgress } from '../import/progress'
import { assertDataSet, withRunningDataSet } from '../known-data-sets'
import { findServices } from '../services'
import { verify, type Verification } from '../verify/verify'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Holds the trained state against a twin that is rebuilt from the log. */
export const addVerify: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'verify',
    description: 'rebuild the model as a twin from the log, and compare the SHA-256 of the full state',
    examples: ['verify', 'verify --data shop --json'],
  }).action(async (options: DataSetOptions) => {
    const config = await withRunningDataSet(configOf(options))
    assertDataSet(config)
    const { trainer } = await findServices(config, ['trainer'])
    const found = await verify({ config, trainer, progress: openProgress(process.stderr, systemClock) })
    terminalOf(output, options).answer(found, textOf(found))
    if (!found.isEqual) throw new CorruptError(`step ${found.step}`, `the twin's state is ${found.digest}, not ${found.expected}`, REMEDY)
  })
}

const REMEDY = 'keep the data directory for a report, and restart the trainer: it goes on from a version'

const textOf = ({ isEqual, from, against, step, stepsReplayed, rows, digest }: Verification): string =>
  [
    `${isEqual ? 'equal' : 'DIFFERENT'} after step ${step}: a twin from ${from} (${stepsReplayed} steps, ${rows} rows) and ${against}`,
    `sha256 ${digest}`,
  ].join('\n')
