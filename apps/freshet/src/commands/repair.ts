import { trainer } from '@freshet/contracts/services'
import { InvalidFieldError, systemClock } from '@freshet/kernel'
import { call, openLogger, openRuntime, type Config, type Runtime } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { openProgress } from '../import/progress'
import { assertDataSet, withRunningDataSet } from '../known-data-sets'
import { assertSound, checkText } from '../repair/check-text'
import { check, giveUpEvents, rebuild, type RepairScope } from '../repair/repair-partition'
import { withServices } from '../services'
import { count, type Terminal } from '../terminal'
import { limitOf, numberOf } from './asking'
import { addCommand, terminalOf, type AddCommand } from './command'

/** A partition whose state is damaged or in doubt. */
export const addRepair: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'repair <partition>',
    description: 'compare a partition’s features with the log, and make them anew where they differ; or give up what is lost',
    examples: ['repair 3 --check', 'repair 3', 'repair 3 --declare-lost 120', 'repair 3 --declare-lost-events 40'],
  })
    .option('--check', 'compare, and change nothing')
    .option('--force', 'make the state anew even where it is what the log says')
    .option('--from-log', 'begin at the beginning of the log, not at the last snapshot')
    .option(
      '--keys <n>',
      'compare so many keys at most, of a partition that is too large for memory or patience; without it, all',
      limitOf,
      Infinity,
    )
    .option(
      '--declare-lost <n>',
      'let learning go on behind this many examples, which are in the log no more, as `freshet status` says',
      numberOf,
    )
    .option(
      '--declare-lost-events <n>',
      'let features go on behind this many records, which were trimmed before they were folded, as `freshet status --partitions` says',
      numberOf,
    )
    .action(async (given: string, options: RepairOptions) => {
      const terminal = terminalOf(output, options)
      const partition = partitionOf(given)
      const config = await withRunningDataSet(configOf(options))
      if (options.declareLost !== undefined) return declareLost(terminal, config, { partition, records: options.declareLost })
      assertDataSet(config)
      await using runtime = await openRuntime(config, { logger: openLogger({ name: 'repair', level: 'warn' }) })
      if (options.declareLostEvents !== undefined) return await giveUp(terminal, runtime, { partition, records: options.declareLostEvents })
      const progress = openProgress(output.stderr, systemClock)
      await repair({ runtime, partition, keysMax: options.keys, progress }, options, terminal)
    })
}

interface RepairOptions extends DataSetOptions {
  readonly check?: boolean
  readonly force?: boolean
  readonly fromLog?: boolean
  readonly keys: number
  readonly declareLost?: number
  readonly declareLostEvents?: number
}

function partitionOf(text: string): number {
  const partition = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(partition)) return partition
  const rule = 'a partition is a whole number of 0 or more'
  throw new InvalidFieldError({ field: 'partition', value: text, rule, remedy: 'see `freshet status --partitions`' })
}

async function repair(scope: RepairScope, options: RepairOptions, terminal: Terminal): Promise<void> {
  const { partition } = scope
  const before = await check(scope)
  const isSound = before.keysDiffering === 0 && before.isWhole
  if (options.check === true || (before.keysDiffering === 0 && options.force !== true)) {
    terminal.answer({ partition, isSound, ...before }, checkText(partition, before))
    return assertSound(partition, before, `npx freshet repair ${partition}`)
  }
  terminal.note(checkText(partition, before))
  const needs = { sections: ['featureStore'], note: terminal.note } as const
  await withServices(scope.runtime.config, needs, () => rebuild(scope, options.fromLog === true ? 'log' : 'snapshot'))
  const after = await check(scope)
  terminal.answer(
    { partition, isSound: after.keysDiffering === 0 && after.isWhole, ...after, before },
    `made anew\n${checkText(partition, after)}`,
  )
  assertSound(partition, after, options.fromLog === true ? 'keep the data directory for a report' : 'try --from-log')
}

/** The trainer passes over them by a record, so that whoever replays does the same. */
async function declareLost(terminal: Terminal, config: Config, loss: trainer.DeclareLossRequest): Promise<void> {
  const needs = { sections: ['trainer'], note: terminal.note } as const
  const answer = await withServices(config, needs, ({ trainer: client }) => call(client, 'declareLoss', loss))
  const text = `${count(loss.records)} examples of partition ${loss.partition} are given up by step ${answer.step}; learning goes on at ${answer.to}`
  terminal.answer(trainer.DeclareLossResponse.toJSON(answer), text)
}

/** Whoever folds the partition goes on behind them at his next try. */
async function giveUp(terminal: Terminal, runtime: Runtime, { partition, records }: trainer.DeclareLossRequest): Promise<void> {
  const { events, touches, catalog } = await giveUpEvents(runtime, partition, records)
  const text = `${count(records)} records of partition ${partition} are given up; it goes on at events ${events}, touches ${touches}, catalog ${catalog}`
  terminal.answer({ partition, records, positions: { events, touches, catalog } }, text)
}
