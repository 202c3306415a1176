import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { builtInDictionary, compileDictionary, type Dictionary } from '@freshet/features'
import type { Config } from '../config/schema'
import { dictionaryOf } from './data-directory'

/** The dictionary that a configuration names: a built-in one, or a file's; undefined where it names none. Throws InvalidFieldError where it is none. */
export const askedDictionary = ({ dictionary }: Config): Dictionary | undefined =>
  dictionary === undefined
    ? undefined
    : compileDictionary(isFile(dictionary) ? readFileSync(dictionary, 'utf8') : builtInDictionary(dictionary))

/** The dictionary that a configuration's data set was made with, or would be: what it names, else `generic`. Throws as {@link askedDictionary} does. */
export function firstDictionaryOf(config: Config): Dictionary {
  const made = dictionaryOf(join(config.data, config.name))
  return made === undefined ? (askedDictionary(config) ?? compileDictionary(builtInDictionary('generic'))) : compileDictionary(made)
}

/**
 * The dictionary that holds as far as can be said without a log: what the configuration names, read anew each time, else what its data set was made
 * with, else `generic`. Throws as {@link askedDictionary} does.
 */
export const configuredDictionary = (config: Config): Dictionary => askedDictionary(config) ?? firstDictionaryOf(config)

/** A folder may have a built-in dictionary's name: that of the data set beside it, say. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
