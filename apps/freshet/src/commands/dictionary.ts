import { readFileSync } from 'node:fs'
import { ingest } from '@freshet/contracts/services'
import { compileDictionary } from '@freshet/features'
import { InvalidFieldError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { withServices } from '../services'
import { count } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Changes the feature dictionary of a data set. */
export const addDictionary: AddCommand = (program, output) => {
  const dictionary = program
    .command('dictionary')
    .description('change the feature dictionary of a data set')
    .addHelpText('after', '\nExamples:\n  $ npx freshet dictionary set shop.yaml')

  addCommand(dictionary, {
    name: 'set <file>',
    description: 'let another dictionary hold from here on; older examples keep theirs',
    examples: ['dictionary set shop.yaml', 'dictionary set shop.yaml --data shop'],
  }).action(async (file: string, options: DataSetOptions) => {
    const terminal = terminalOf(output, options)
    const text = textOf(file)
    compileDictionary(text) // before anything is hosted for it
    const needs = { sections: ['ingest'], note: terminal.note } as const
    const answer = await withServices(configOf(options), needs, ({ ingest: client }) => call(client, 'setDictionary', { text }))
    terminal.answer(ingest.SetDictionaryResponse.toJSON(answer), spell(answer))
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const rule = `it cannot be read (${error instanceof Error ? error.message : String(error)})`
    throw new InvalidFieldError({ field: 'file', value: file, rule, remedy: 'name a YAML file' })
  }
}

function spell({ hash, number, offsets }: ingest.SetDictionaryResponse): string {
  if (offsets.length === 0) return `dictionary ${hash} holds already: the data set was made with it`
  const places = offsets.map((offset, partition) => `${partition}: ${count(offset)}`).join(', ')
  return [
    `dictionary ${hash} holds from here on (change ${number}), by partition from record ${places}`,
    'the trainer takes it in at its next step, and rankers follow: `freshet status` shows who has come to it',
  ].join('\n')
}
