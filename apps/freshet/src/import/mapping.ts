import { existsSync, readFileSync } from 'node:fs'
import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { parse } from 'yaml'
import { z } from 'zod'

/** What a column can fill, beside the context. */
export const FIELDS = ['event_id', 'user_id', 'session_id', 'item_id', 'type', 'time_ms', 'value', 'request_id'] as const

/** A field of an event that a column can fill; `context.` and a name stands for one of its context. */
export type MappedField = (typeof FIELDS)[number] | `context.${string}`

/** Whether a text names a field that a column can fill. */
export const isField = (text: string): text is MappedField => FIELDS.some((field) => field === text) || /^context\.[^.]+$/.test(text)

const mappingSchema = z.strictObject({
  columns: z
    .record(
      z.string(),
      z.string('must be the name of a field').refine(isField, `must be one of ${FIELDS.join(', ')} or context.NAME`),
      'it must say which column fills which field, such as {user: user_id, what: item_id}',
    )
    .refine((columns) => Object.keys(columns).length > 0, 'it must name a column at least, such as {user: user_id}')
    .describe('which column fills which field; columns that are not named are left out'),
  types: z.record(z.string(), z.string()).default({}).describe('how the file spells event types'),
  defaults: z.strictObject({ type: z.string().optional() }).prefault({}).describe('what holds where the column is absent or empty'),
  time: z.enum(['ms', 's', 'iso']).default('ms').describe('how times are written'),
  delimiter: z.string().length(1).default(',').describe('between the cells of a CSV file'),
})

/** How a file of events is to be read: the YAML file of `--mapping`. */
export type Mapping = z.output<typeof mappingSchema>

/**
 * Reads a mapping, strictly.
 *
 * throws  NotFoundError without the file; InvalidFieldError naming path, value and rule
 */
export function readMapping(file: string): Mapping {
  return checkMapping(parseYaml(file), file)
}

/** A mapping from its parts: what {@link readMapping} does with a file. */
export function checkMapping(raw: unknown, file: string): Mapping {
  const parsed = mappingSchema.safeParse(raw)
  const issue = parsed.error?.issues[0]
  if (!parsed.success) {
    const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].join('.')
    throw refusal(
      `${file}: ${path || 'the document'}`,
      valueAt(raw, issue?.path ?? []),
      unknownKey === undefined ? (issue?.message ?? '') : 'no such key exists there',
    )
  }
  const fields = Object.values(parsed.data.columns)
  const twice = fields.find((field, i) => fields.indexOf(field) !== i)
  if (twice !== undefined) throw refusal(`${file}: columns`, twice, 'one column fills one field')
  return parsed.data
}

/** What stands where the rule was broken. */
function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value === null || typeof value !== 'object' ? value : Reflect.get(value, key)), raw)
}

function parseYaml(file: string): unknown {
  if (!existsSync(file)) throw new NotFoundError('mapping', file, 'give the path of a YAML file')
  const text = readFileSync(file, 'utf8')
  try {
    return parse(text)
  } catch (error) {
    throw refusal(file, text.slice(0, 40), `YAML was expected (${String(error).split('\n')[0]})`)
  }
}

const refusal = (field: string, value: unknown, rule: string): InvalidFieldError => {
  const remedy = "see 'freshet import --help' for an example"
  return new InvalidFieldError({ field, value, rule, remedy })
}
