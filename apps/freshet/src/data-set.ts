import type { Command } from 'commander'
import { loadConfig, type Config, type ConfigInput } from '@freshet/service'

/** What every command takes. */
export interface DataSetOptions {
  readonly config?: string
  readonly data?: string
  readonly dictionary?: string
  readonly json?: boolean
}

/** Adds what every command takes. */
export const withDataSetOptions = (command: Command): Command =>
  command
    .option('--data <name>', 'the data set; without it, the one that is running, else `default`')
    .option('--dictionary <name|file>', 'its feature dictionary: a built-in one or a YAML file (when it is made)')
    .option('--config <file>', 'settings; without it, ./freshet.yaml where there is one')
    .option('--json', 'answer in JSON')

/** The configuration that a command's options mean; `overrides` yield to them. */
export function configOf({ config: file, data, dictionary }: DataSetOptions, overrides: ConfigInput = {}): Config {
  const named = data === undefined ? {} : { name: data }
  const declared = dictionary === undefined ? {} : { dictionary }
  return loadConfig({ file, overrides: { ...overrides, ...named, ...declared } })
}
