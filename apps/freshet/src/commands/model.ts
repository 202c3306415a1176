import type { Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { trainer } from '@freshet/contracts/services'
import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { call } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { withServices } from '../services'
import { explain } from '../model/explain'
import { modelSvg } from '../model/model-svg'
import { modelText } from '../model/model-text'
import { count, factLines, table, type Output, type Terminal } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** Versions at rest, and which of them answers. */
export const addModel: AddCommand = (program, output) => {
  const model = program.command('model').description('list, show and roll back model versions')

  addCommand(model, {
    name: 'list',
    description: 'list the versions that are kept, oldest first',
    examples: ['model list', 'model list --json'],
  }).action(async (options: DataSetOptions) => {
    const terminal = terminalOf(output, options)
    const versions = await listVersions(options, terminal.note)
    terminal.answer(
      versions.map(trainer.VersionSummary.toJSON),
      versions.length > 0
        ? versionsText(versions)
        : 'no version yet: the trainer writes one every two minutes while it learns, and when it ends',
    )
  })

  addShow(model, output)
  addRollback(model, output)
}

/** What is learned: as it is declared and has grown; or one version at rest. */
function addShow(model: Command, output: Output): void {
  addCommand(model, {
    name: 'show [version]',
    description: 'explain the model: what it reads, its tables, its layers; or show one version',
    examples: ['model show', 'model show --svg model.svg', 'model show v-1'],
  })
    .option('--svg <file>', 'draw the model as a picture into a file')
    .action(async (name: string | undefined, options: ShowOptions) => {
      const terminal = terminalOf(output, options)
      if (name !== undefined) return showVersion(name, options, terminal)
      const described = await explain(options)
      if (options.svg !== undefined) writePicture(options.svg, modelSvg(described))
      terminal.answer(described, modelText(described))
    })
}

interface ShowOptions extends DataSetOptions {
  readonly svg?: string
}

async function showVersion(name: string, options: ShowOptions, terminal: Terminal): Promise<void> {
  if (options.svg !== undefined) {
    const rule = 'a version has no picture of its own'
    throw new InvalidFieldError({ field: '--svg', value: options.svg, rule, remedy: 'leave the version out' })
  }
  const versions = await listVersions(options, terminal.note)
  const found = versions.find(({ version }) => version === name)
  if (!found) throw new NotFoundError('version', name, `there are: ${versions.map(({ version }) => version).join(', ') || 'none'}`)
  terminal.answer(trainer.VersionSummary.toJSON(found), factLines(factsOf(found)))
}

function writePicture(file: string, picture: string): void {
  try {
    writeFileSync(file, picture)
  } catch (error) {
    const rule = `it cannot be written (${String(error).replace(/^Error: /, '')})`
    throw new InvalidFieldError({ field: '--svg', value: file, rule, remedy: 'name a file in a folder that can be written' })
  }
}

/** Which version answers: one that stays, or always the newest. */
function addRollback(model: Command, output: Output): void {
  addCommand(model, {
    name: 'rollback [version]',
    description: 'let rankers answer with a version, from now on; training goes on as it is',
    examples: ['model rollback v-1', 'model rollback --latest'],
  })
    .option('--latest', 'end a rollback: rankers follow what is learned again')
    .action(async (version: string | undefined, options: RollbackOptions) => {
      const terminal = terminalOf(output, options)
      const needs = { sections: ['trainer'], note: terminal.note } as const
      const request = { version: versionOf(version, options) }
      const answer = await withServices(configOf(options), needs, ({ trainer: client }) => call(client, 'rollBack', request))
      const target = answer.version === '' ? 'follow what is learned' : `turn to ${answer.version}`
      terminal.answer(trainer.RollBackResponse.toJSON(answer), `rankers ${target} from journal record ${count(answer.journalOffset)} on`)
    })
}

interface RollbackOptions extends DataSetOptions {
  readonly latest?: boolean
}

/** The version that was named; empty for the newest, whichever that is. */
function versionOf(version: string | undefined, { latest = false }: RollbackOptions): string {
  if ((version !== undefined) !== latest) return version ?? ''
  const remedy = 'name one that `freshet model list` shows, or say --latest'
  throw new InvalidFieldError({ field: 'version', value: version ?? '', rule: 'a rollback has one target', remedy })
}

async function listVersions(options: DataSetOptions, note: (text: string) => void): Promise<trainer.VersionSummary[]> {
  const answer = await withServices(configOf(options), { sections: ['trainer'], note }, ({ trainer: client }) =>
    call(client, 'listVersions', { verify: true }, { deadlineMs: VERIFY_MS }),
  )
  return answer.versions
}

const isDamaged = ({ damage }: trainer.VersionSummary): boolean => damage !== ''

const VERIFY_MS = 600_000 // every byte is read: a large model takes a while

const versionsText = (versions: readonly trainer.VersionSummary[]): string =>
  table([
    ['version', 'step', 'epoch', 'size', 'made', 'serving', ...(versions.some(isDamaged) ? ['damage'] : [])],
    ...versions.map(({ version, step, epoch, bytes, createdMs, serving, damage }) => [
      version,
      count(step),
      count(epoch),
      mebibytes(bytes),
      createdMs > 0 ? timeOf(createdMs) : '–',
      serving ? 'yes' : '',
      damage,
    ]),
  ])

const factsOf = ({ version, step, epoch, createdMs, bytes, digest, serving, damage }: trainer.VersionSummary): [string, string][] => [
  ['version', version],
  ['step', `${step}`],
  ['epoch', `${epoch}`],
  ['made', timeOf(createdMs)],
  ['size', mebibytes(bytes)],
  ['sha256', digest],
  ['serving', serving ? 'yes' : 'no'],
  ...(damage === '' ? [] : [['damage', damage] satisfies [string, string]]),
]

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const timeOf = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19)
