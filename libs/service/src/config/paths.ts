import { z } from 'zod'
import { configSchema, type Config } from './schema'

/** One setting: where it stands in the tree, and what kind of value it takes. */
export interface Setting {
  readonly path: string
  readonly type: string
}

/** The published schema of `freshet.yaml`. */
export const configJsonSchema = (): Record<string, unknown> => ({
  title: 'freshet.yaml',
  ...z.toJSONSchema(configSchema, { io: 'input' }),
})

/** Every setting there is, leaves only. */
export const settings = (): Setting[] => leaves(z.toJSONSchema(configSchema, { io: 'input' }), [])

/** The settings that differ from their defaults, by their paths. */
export function changedSettings(config: Config): Record<string, unknown> {
  const defaults = configSchema.parse({})
  const changed = settings().filter(({ path }) => spell(valueAt(config, path)) !== spell(valueAt(defaults, path)))
  return Object.fromEntries(changed.map(({ path }) => [path, valueAt(config, path)]))
}

/** The environment's name of a setting: trainer.cutMs is FRESHET_TRAINER_CUT_MS. */
export const environmentName = (path: string): string =>
  `FRESHET_${path
    .replace(/([A-Z])/g, '_$1')
    .replaceAll('.', '_')
    .toUpperCase()}`

/** The name that was probably meant: the one that is the fewest edits away, if they are few. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  return ranked[0] && ranked[0].edits <= Math.max(2, name.length / 3) ? ranked[0].candidate : undefined
}

/** Lists are told apart by what they hold. */
const spell = (value: unknown): string => JSON.stringify(value) ?? ''

interface SchemaNode {
  readonly type?: unknown
  readonly properties?: Readonly<Record<string, unknown>>
}

const valueAt = (tree: unknown, path: string): unknown =>
  path.split('.').reduce((node: unknown, key) => (typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined), tree)

function leaves(node: SchemaNode, path: readonly string[]): Setting[] {
  if (!node.properties) return [{ path: path.join('.'), type: String(node.type) }]
  return Object.entries(node.properties).flatMap(([key, child]) => leaves(child as SchemaNode, [...path, key]))
}

/** math  Levenshtein's, by one row */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]
}
