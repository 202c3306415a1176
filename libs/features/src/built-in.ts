import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { NotFoundError } from '@freshet/kernel'

/** The dictionaries that come along, by name. */
export const builtInDictionaries = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .sort()

/** The text of a dictionary that comes along. Throws NotFoundError naming those that do. */
export function builtInDictionary(name: string): string {
  const names = builtInDictionaries()
  if (!names.includes(name)) throw new NotFoundError('dictionary', name, `choose one of ${names.join(', ')}, or name a YAML file`)
  return readFileSync(path.join(FOLDER, `${name}.yaml`), 'utf8')
}

const FOLDER = path.join(__dirname, '..', 'dictionaries')
