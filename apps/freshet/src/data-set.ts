import type { Command } from 'commander'
import { loadConfig, type Config, type ConfigInput } from '@freshet/service'

/** What every command takes. */
export interface DataSetOptions {
  readonly config?: string
  readonly data?: string
  readonly dictionary?: string
  readonly log?: string
  readonly store?: string
  readonly json?: boolean
}

/** Adds what every command takes. */
export const withDataSetOptions = (command: Command): Command =>
  command
    .option('--data <name>', 'the data set; without it, the one that is running, else `default`')
    .option('--dictionary <name|file>', 'its feature dictionary: a built-in one or a YAML file (when it is made)')
    .option('--log <address>', 'its event log: embedded, or kafka://host:port')
    .option('--store <address>', 'its online store: embedded, or redis://host:port')
    .option('--config <file>', 'settings; without it, ./freshet.yaml where there is one')
    .option('--json', 'answer in JSON')

/** The configuration that a command's options mean; `overrides` yield to them. */
export function configOf({ config: file, data, dictionary, log, store }: DataSetOptions, overrides: ConfigInput = {}): Config {
  const named = data === undefined ? {} : { name: data }
  const declared = dictionary === undefined ? {} : { dictionary }
  return loadConfig({ file, overrides: { ...overrides, ...named, ...declared, log, store } })
}
