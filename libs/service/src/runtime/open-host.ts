import { systemClock } from '@freshet/kernel'
import type { Config } from '../config/schema'
import { openLogger } from '../telemetry/logger'
import { configuredDictionary } from './configured-dictionary'
import type { Host } from './runtime'

/**
 * What a process stands on that keeps nothing: no data set is opened or made, no log, no store.
 *
 * throws  InvalidFieldError, NotFoundError where the configuration names no dictionary that there is
 */
export const openHost = (config: Config, name: string): Host => ({
  config,
  clock: systemClock,
  logger: openLogger({ name, level: config.logging.level }),
  drain: new AbortController(),
  dictionary: configuredDictionary(config),
  log: { [Symbol.asyncDispose]: () => Promise.resolve() },
})
