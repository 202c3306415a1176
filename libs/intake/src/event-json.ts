import { Event, Impression, ImpressionItem } from '@freshet/contracts'
import { InvalidFieldError, utf8, type FieldFacts } from '@freshet/kernel'
import type { ReceivedEvent } from './outcome'

/**
 * Events from a JSON document: one event, or `{"events": [...]}`. Names are camelCase or snake_case, null is absence; what cannot be
 * meant (an unknown name, a text where a number belongs) is a defect of its event, and the others stay as they are.
 *
 * throws  InvalidFieldError when the document is neither
 */
export function eventsFromJson(body: unknown): ReceivedEvent[] {
  if (body === undefined) throw new InvalidFieldError(NO_BODY)
  if (!isObject(body)) throw new InvalidFieldError(notAnObject('the body', body))
  if (!('events' in body)) return [eventFromJson(body)]
  if (!Array.isArray(body.events)) {
    const remedy = 'send {"events": [{…}, {…}]}, or one event as it is'
    throw new InvalidFieldError({ field: 'events', value: body.events, rule: 'it must be a list', remedy })
  }
  return body.events.map(eventFromJson)
}

const NO_BODY: FieldFacts = {
  field: 'the body',
  value: 'not there',
  rule: 'it must be JSON that says so',
  remedy: 'send one event with the header content-type: application/json',
}

/** One event from a JSON value. */
export function eventFromJson(json: unknown): ReceivedEvent {
  try {
    const event = Event.fromPartial(readObject<Event>(json, EVENT, ''))
    return { event, bytes: Event.encode(event).finish() }
  } catch (error) {
    if (!(error instanceof InvalidFieldError)) throw error
    return { event: Event.create({}), bytes: utf8(JSON.stringify(json) ?? ''), defect: error.facts }
  }
}

/** Reads the value that stands at `field`; throws InvalidFieldError when it cannot be meant. */
type Reader = (value: unknown, field: string) => unknown

const kind =
  (is: (value: unknown) => boolean, rule: string, remedy: string): Reader =>
  (value, field) => {
    if (is(value)) return value
    throw new InvalidFieldError({ field, value: spell(value), rule, remedy })
  }

const text = kind((value) => typeof value === 'string', 'it must be a text', 'put it in quotes')
const number = kind((value) => Number.isFinite(value), 'it must be a number', 'send a JSON number, or leave it out')
const whole = kind(Number.isSafeInteger, 'it must be a whole number', 'send milliseconds since 1970, or leave it out')

const texts: Reader = (value, field) => {
  if (!isObject(value)) throw new InvalidFieldError(notAnObject(field, value))
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, text(entry, `${field}.${name}`)]))
}

const list =
  (read: Reader): Reader =>
  (value, field) => {
    if (!Array.isArray(value))
      throw new InvalidFieldError({ field, value: spell(value), rule: 'it must be a list', remedy: 'put it in brackets' })
    return value.map((entry, i) => read(entry, `${field}[${i}]`))
  }

const object =
  (readers: Readonly<Record<string, Reader>>): Reader =>
  (value, field) =>
    readObject(value, readers, field)

const SHOWN = { itemId: text, score: number, propensity: number } satisfies Partial<Record<keyof ImpressionItem, Reader>>
const LIST = { items: list(object(SHOWN)), surface: text } satisfies Partial<Record<keyof Impression, Reader>>
const EVENT: Record<keyof Event, Reader> = {
  eventId: text,
  userId: text,
  sessionId: text,
  itemId: text,
  type: text,
  timeMs: whole,
  value: number,
  requestId: text,
  context: texts,
  impression: object(LIST),
}

/** The fields that are there, each read by its reader: which makes them fields of `T`. */
function readObject<T>(json: unknown, readers: Readonly<Record<string, Reader>>, at: string): Partial<T> {
  if (!isObject(json)) throw new InvalidFieldError(notAnObject(at || 'event', json))
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(json)) {
    const field = at ? `${at}.${name}` : name
    const known = camelCase(name)
    const read = Object.hasOwn(readers, known) ? readers[known] : undefined
    if (!read) throw unknownName(field, value, Object.keys(readers))
    if (value !== null) fields[known] = read(value, field)
  }
  return fields as Partial<T>
}

const unknownName = (field: string, value: unknown, known: readonly string[]): InvalidFieldError =>
  new InvalidFieldError({
    field,
    value: spell(value),
    rule: `the known names are ${known.join(', ')}`,
    remedy: 'correct the name, or put it into context',
  })

const notAnObject = (field: string, value: unknown): FieldFacts => ({
  field,
  value: spell(value),
  rule: 'it must be an object',
  remedy: 'send {"userId": "u1", "itemId": "i1", "type": "view"}',
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const spell = (value: unknown): unknown => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))
