import { resolve } from 'node:path'
import { backUp, openLogger, openRuntime, restore, type BackupManifest } from '@freshet/service'
import { configOf, type DataSetOptions } from '../data-set'
import { assertDataSet, withRunningDataSet } from '../known-data-sets'
import { count } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** A data set's directory as of a moment, while its services go on. */
export const addBackup: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'backup <folder>',
    description: 'copy a data set into a new folder, while its services run; each file with its SHA-256',
    examples: ['backup ./backups/monday', 'backup ./backups/shop --data shop --json'],
  }).action(async (folder: string, options: DataSetOptions) => {
    const terminal = terminalOf(output, options)
    const config = await withRunningDataSet(configOf(options))
    assertDataSet(config)
    const target = resolve(folder)
    await using runtime = await openRuntime(config, { logger: openLogger({ name: 'backup', level: 'warn' }) })
    const manifest = await backUp({ runtime, target, onPart: (part) => terminal.note(`copying ${part}`) })
    terminal.answer({ folder: target, ...summaryOf(manifest) }, `${textOf(manifest)} in ${target}${elsewhere(manifest)}`)
  })
}

/** A backup becomes a data set again. */
export const addRestore: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'restore <folder>',
    description: 'make a data set of a backup; every file is held against its SHA-256, and nothing is overwritten',
    examples: ['restore ./backups/monday', 'restore ./backups/shop --data shop-again'],
  }).action(async (folder: string, options: DataSetOptions) => {
    const terminal = terminalOf(output, options)
    const { data } = configOf(options)
    const onFile = (path: string, index: number, files: number): void => terminal.note(`${index + 1} of ${files}: ${path}`)
    const { manifest, directory } = await restore({ from: resolve(folder), data, name: options.data, onFile })
    terminal.answer({ directory, ...summaryOf(manifest) }, `${textOf(manifest)}, is ${directory} again${elsewhere(manifest)}`)
  })
}

const summaryOf = ({ name, createdMs, log, store, files }: BackupManifest) => ({
  ...{ name, createdMs, log, store },
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
})

function textOf(manifest: BackupManifest): string {
  const { name, files, bytes, createdMs } = summaryOf(manifest)
  return `data set '${name}' of ${new Date(createdMs).toISOString()}: ${count(files)} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`
}

/** What is not in the folder, since another engine keeps it. */
function elsewhere({ log, store }: BackupManifest): string {
  const kept = [
    ...(log === 'embedded' ? [] : [`the log is in ${log}: mirror its topics with its own tools, and begin after this`]),
    ...(store === 'embedded'
      ? []
      : [`the store is in ${store}: it is rebuilt from snapshots and the log, or backed up with its own tools before this`]),
  ]
  return kept.map((line) => `\n${line}`).join('')
}
