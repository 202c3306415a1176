import { systemClock } from '@freshet/kernel'
import { Argument } from 'commander'
import { configOf, type DataSetOptions } from '../data-set'
import { IMPORT_HELP } from '../import/help'
import { importRecords } from '../import/import-records'
import type { ImportSource } from '../import/import-source'
import { readEvents } from '../import/mapped-events'
import { readMapping } from '../import/mapping'
import { openProgress } from '../import/progress'
import { importReportText } from '../import/report-text'
import { IMPORT_READERS, type KnownSource } from '../import/sources'
import { dataOption, withRunningDataSet } from '../known-data-sets'
import { withServices } from '../services'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Real records through the front door, with their own times. */
export const addImport: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'import',
    description: 'send a data set through ingest with its own times, and learn it',
    examples: [
      'import movielens ./ml-100k',
      'import retailrocket ./retailrocket --data shop --dictionary retailrocket',
      'import events ./clicks.jsonl',
      'import events ./clicks.csv --mapping ./clicks.yaml --json',
    ],
  })
    .addHelpText('after', IMPORT_HELP)
    .addArgument(new Argument('<source>', 'what it is').choices([...Object.keys(IMPORT_READERS), 'events']))
    .argument('<path>', 'where it lies')
    .option('--mapping <file>', 'for events: which column fills which field (YAML)')
    .action(async (source: KnownSource | 'events', path: string, options: ImportOptions) => {
      const terminal = terminalOf(output, options)
      const config = await withRunningDataSet(configOf(options, source === 'events' ? {} : { name: source, dictionary: source }))
      const records = await read(source, path, options.mapping)
      const needs = { sections: ['ingest', 'featureStore', 'trainer'], canCreate: true, note: terminal.note } as const
      const progress = openProgress(output.stderr, systemClock)
      const report = await withServices(config, needs, (clients) => importRecords(records, { clients, clock: systemClock, progress }))
      terminal.answer(report, importReportText(report).trimEnd())
      terminal.note(`next: npx freshet evaluate${dataOption(config)}`)
    })
}

interface ImportOptions extends DataSetOptions {
  readonly mapping?: string
}

const read = (source: KnownSource | 'events', path: string, mapping: string | undefined): Promise<ImportSource> =>
  source === 'events' ? readEvents(path, mapping === undefined ? undefined : readMapping(mapping)) : IMPORT_READERS[source](path)
