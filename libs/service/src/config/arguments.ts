import { parseArgs } from 'node:util'
import { ConfigurationError } from '../errors/errors'

/**
 * The file that a service's arguments name by `--config FILE` or `--config=FILE`; undefined where there are none.
 *
 * throws  ConfigurationError where they say anything else: a setting that nobody reads would be missed too late
 */
export function configFileOf(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { config: { type: 'string' } } }).values.config
  } catch {
    throw new ConfigurationError('the command line', {
      setting: 'the arguments',
      value: args.join(' '),
      rule: 'a service takes `--config FILE` and nothing else',
      remedy: 'set all else in that file, or by FRESHET_* of the environment',
    })
  }
}
