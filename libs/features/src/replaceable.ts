import { InvalidFieldError, type FieldFacts } from '@freshet/kernel'
import type { DeclaredDictionary } from './declared-dictionary'
import type { Dictionary } from './dictionary'
import type { ModelDeclaration } from './model-declaration'

/**
 * Refuses a dictionary that an existing data set cannot go on with.
 *
 * May change: which features there are and in what order, windows, limits, joins, priors, weights, labels and policies, which events a
 * feature counts; new event types come behind the old ones. May not: the name, the model, the places of event types, what kind of thing a
 * name stands for.
 *
 * throws  InvalidFieldError naming the first field that may not be what it is, by its path in the dictionary
 */
export function assertReplaceable(current: Dictionary, next: Dictionary): void {
  const fault = firstFault(current, next)
  if (fault !== undefined) throw new InvalidFieldError(fault)
}

function firstFault(current: Dictionary, next: Dictionary): FieldFacts | undefined {
  const [before, after] = [current.declared, next.declared]
  if (before.name !== after.name)
    return { field: 'name', value: after.name, rule: `this data set is of dictionary '${before.name}'`, remedy: OTHER_DATA }
  return (
    emptyPart(next) ??
    modelFault(spelledOut(before.model), spelledOut(after.model)) ??
    typeFault(before, after) ??
    meaningFault(before, after)
  )
}

const OTHER_DATA = 'keep it, or begin another data set with it (--data NAME) and import what there is'

/** What scores has something to read of either side. */
function emptyPart({ layout }: Dictionary): FieldFacts | undefined {
  const empty = (['user', 'item'] as const).find((part) => layout[part].ids + layout[part].numbers === 0)
  return empty && { field: empty, value: '[]', rule: `the ${empty} tower has to read something`, remedy: `keep a feature under ${empty}` }
}

/** What no kind is declared for has one. */
const spelledOut = ({ rank, ...model }: ModelDeclaration): object => ({ ...model, rank: { ...rank, kind: rank.kind ?? 'wide-and-deep' } })

/** The kind, the shapes and the rates that the parameters at hand were learned with. */
function modelFault(before: object, after: object, path = 'model'): FieldFacts | undefined {
  for (const key of keysOf(before, after)) {
    const [known, value] = [valueOf(before, key), valueOf(after, key)]
    const field = `${path}.${key}`
    if (JSON.stringify(known) === JSON.stringify(value)) continue
    const fault = isObject(known) && isObject(value) ? modelFault(known, value, field) : undefined
    if (fault) return fault
    return {
      field,
      value: value ?? 'left out',
      rule: `the model of this data set has ${JSON.stringify(known) ?? 'none'}`,
      remedy: OTHER_DATA,
    }
  }
  return undefined
}

/** A kind comes first: what is declared beside it follows from it. */
const keysOf = (before: object, after: object): string[] => [...new Set(['kind', ...Object.keys(after), ...Object.keys(before)])]

/** What was counted by the place of a type stays under that place. */
function typeFault(before: DeclaredDictionary, after: DeclaredDictionary): FieldFacts | undefined {
  const [known, types] = [Object.keys(before.events), Object.keys(after.events)]
  const at = known.findIndex((type, i) => type !== types[i])
  if (at < 0) return undefined
  const rule = `event type '${known[at]}' must stay number ${at + 1}, since counts are kept by number`
  return { field: 'events', value: types, rule, remedy: 'declare new types behind the old ones, and keep those that are no longer sent' }
}

/** A name that goes on stands for the same thing; what reads something else under it would meet weights of what it read before. */
function meaningFault(before: DeclaredDictionary, after: DeclaredDictionary): FieldFacts | undefined {
  for (const part of PARTS) {
    const known = new Map(part.flatMap((section) => before[section].map((feature) => [feature.name, feature] as const)))
    for (const section of part) {
      for (const [i, feature] of after[section].entries()) {
        const fault = featureFault(known.get(feature.name), feature)
        if (fault) return { ...fault, field: `${section}.${i}.${fault.field}` }
      }
    }
  }
  return undefined
}

const PARTS = [['user'], ['item'], ['cross', 'context']] as const // names are of one part

type Feature = DeclaredDictionary[(typeof PARTS)[number][number]][number]

function featureFault(before: Feature | undefined, { name, ...after }: Feature): FieldFacts | undefined {
  if (before === undefined) return undefined
  const field = ['kind', ...(LENGTH_COUNTS.has(after.kind) ? ['dimensions'] : [])].find(
    (key) => valueOf(before, key) !== valueOf(after, key),
  )
  if (field === undefined) return undefined
  const rule = `feature '${name}' has ${field} ${String(valueOf(before, field))} so far, and keeps what was learned of it`
  return { field, value: valueOf(after, field), rule, remedy: 'give what is new a name of its own' }
}

/** Kinds whose numbers are others where there are more or fewer of them. */
const LENGTH_COUNTS: ReadonlySet<string> = new Set(['text', 'vector'])

const valueOf = (feature: object, key: string): unknown => Reflect.get(feature, key)

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
