import { createHash } from 'node:crypto'
import { InvalidFieldError } from '@freshet/kernel'
import { parse } from 'yaml'
import type { z } from 'zod'
import { type CompiledFeatures, compileFeatures } from './compiled-features'
import { type DeclaredDictionary, declaredDictionary } from './declared-dictionary'
import type { FeatureLayout } from './layout'
import type { ModelDeclaration } from './model-declaration'
import { type EventMeaning, meaningsOf } from './meaning'

/** A dictionary ready for use: what is learned from events, and where each feature stands. */
export interface Dictionary {
  readonly name: string
  /** Sixteen hexadecimal digits of the content: comments and spelling do not count, nor what only concerns answers. */
  readonly hash: string
  /** The YAML text that it was made from. */
  readonly text: string
  readonly declared: DeclaredDictionary
  readonly layout: FeatureLayout
  readonly meanings: ReadonlyMap<string, EventMeaning>
  readonly compiled: CompiledFeatures
}

/**
 * Reads a dictionary. Of a text that was read of late the same one is given again: each partition asks for the few that a data set has had.
 *
 * throws  InvalidFieldError naming path, value, rule and remedy: unknown keys, wrong types, names used twice
 */
export function compileDictionary(text: string): Dictionary {
  const dictionary = recent.get(text) ?? compile(text)
  recent.delete(text)
  recent.set(text, dictionary)
  if (recent.size > RECENT_MAX) recent.delete(recent.keys().next().value ?? text)
  return dictionary
}

const RECENT_MAX = 16
const recent = new Map<string, Dictionary>()

function compile(text: string): Dictionary {
  const declared = validated(parseYaml(text))
  const compiled = compileFeatures(declared)
  const layout = { user: compiled.user.layout, item: compiled.item.layout, cross: compiled.cross.layout }
  refuseMisfit(declared.model, layout)
  refuseBroad(layout)
  return {
    name: declared.name,
    hash: contentHash(declared),
    text,
    declared,
    layout,
    meanings: meaningsOf(declared),
    compiled,
  }
}

/** What an event type means; undefined for a type that the dictionary does not declare. */
export const meaningOf = ({ meanings }: Dictionary, type: string): EventMeaning | undefined => meanings.get(type)

const REMEDY = 'correct the dictionary, by libs/features/dictionary.schema.json'

function parseYaml(text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    const rule = error instanceof Error ? error.message.split('\n')[0] : 'it does not parse'
    throw new InvalidFieldError({ field: 'dictionary', value: text.slice(0, 40), rule: `YAML was expected: ${rule}`, remedy: REMEDY })
  }
}

function validated(raw: unknown): DeclaredDictionary {
  refuseLost(raw)
  const parsed = declaredDictionary.safeParse(raw)
  if (!parsed.success) throw refusal(raw, parsed.error.issues[0])
  const { user, item, cross, context, events } = parsed.data
  refuseTwice('user', user)
  refuseTwice('item', item)
  refuseTwice('cross', [...cross, ...context])
  for (const [type, declared] of Object.entries(events)) refuseUnknownEvents(`events.${type}`, declared, events)
  for (const [section, features] of Object.entries({ user, item, cross })) {
    features.forEach((feature, i) => refuseUnknownEvents(`${section}.${i}`, feature, events))
  }
  return parsed.data
}

/** A key that the parser of declarations passes over. */
function refuseLost(raw: unknown): void {
  const events: unknown = isObject(raw) ? raw.events : undefined
  if (!isObject(events) || !Object.hasOwn(events, '__proto__')) return
  throw new InvalidFieldError({ field: 'events', value: '__proto__', rule: 'no type of event has this name', remedy: REMEDY })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

function refusal(raw: unknown, issue: z.core.$ZodIssue): InvalidFieldError {
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...issue.path, ...(unknownKey === undefined ? [] : [unknownKey])]
  const rule = unknownKey === undefined ? issue.message : 'no such key exists there'
  return new InvalidFieldError({ field: path.join('.') || 'dictionary', value: valueAt(raw, path), rule, remedy: REMEDY })
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === String(key))?.[1] : undefined
  return typeof value === 'object' ? JSON.stringify(value) : value
}

/** A cross matrix as a product is narrower than the layer, which is as wide as what features make of it. */
function refuseMisfit({ rank }: ModelDeclaration, layout: FeatureLayout): void {
  if (rank.kind !== 'dcn-v2' || rank.crossRank === undefined) return
  const parts = [layout.user, layout.item, layout.cross]
  const width = parts.reduce((sum, { fields, numbers }) => sum + fields.length * rank.dimensions + numbers, 0)
  if (rank.crossRank < width) return
  const rule = `cross layers are ${width} wide (fields × dimensions + numbers), and their matrices as products have a lower rank`
  throw new InvalidFieldError({
    field: 'model.rank.crossRank',
    value: rank.crossRank,
    rule,
    remedy: `declare less than ${width}, or leave it out for full matrices`,
  })
}

/** An example goes into a record, with the user's part and one item's at least. */
function refuseBroad({ user, item, cross }: FeatureLayout): void {
  const bytes = [user, item, cross].reduce((sum, { ids, numbers }) => sum + 8 * ids + 4 * numbers, 0)
  if (bytes <= EXAMPLE_BYTES_MAX) return
  const rule = `the features of one example take ${bytes} bytes, and may take ${EXAMPLE_BYTES_MAX}`
  const remedy = 'declare fewer or shorter features: a number takes 4 bytes, a slot of an id 8'
  throw new InvalidFieldError({ field: 'dictionary', value: bytes, rule, remedy })
}

const EXAMPLE_BYTES_MAX = 512 << 10 // half of a record

/** A name seeds ids and names numbers, so it stands for one feature of its part. */
function refuseTwice(section: string, features: readonly { readonly name: string }[]): void {
  const seen = new Set<string>()
  features.forEach(({ name }, i) => {
    if (seen.has(name)) {
      throw new InvalidFieldError({ field: `${section}.${i}.name`, value: name, rule: 'another feature has that name', remedy: REMEDY })
    }
    seen.add(name)
  })
}

function refuseUnknownEvents(path: string, feature: object, events: DeclaredDictionary['events']): void {
  for (const key of ['events', 'of', 'per', 'corrects']) {
    const types: unknown = Reflect.get(feature, key)
    const unknown = Array.isArray(types) ? types.map(String).find((type) => !Object.hasOwn(events, type)) : undefined
    if (unknown === undefined) continue
    const rule = `only declared events count: ${Object.keys(events).join(', ')}`
    throw new InvalidFieldError({ field: `${path}.${key}`, value: unknown, rule, remedy: REMEDY })
  }
}

/** SHA-256 of the declaration as parsed (its keys in the schema's order), cut to 64 bits. `arrange` may change while a model lives. */
const contentHash = ({ arrange: _, ...declared }: DeclaredDictionary): string =>
  createHash('sha256').update(JSON.stringify(declared)).digest('hex').slice(0, 16)
