import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { Event } from '@freshet/contracts'
import { eventFromJson } from '@freshet/intake'
import { CorruptError, InvalidFieldError, type FieldFacts } from '@freshet/kernel'
import { byTime, type ImportSource, type UnreadableLine } from './import-source'
import { checkMapping, FIELDS, isField, type MappedField, type Mapping } from './mapping'
import { openFile } from './open-file'
import { headerOf, readTable } from './table'

/**
 * Events of your own: a CSV file with a header, or JSON lines (`.jsonl`, `.ndjson`). Without a mapping the columns of a CSV are
 * the fields' names, and a line of JSON is what `POST /v1/events` takes.
 */
export async function readEvents(path: string, mapping?: Mapping): Promise<ImportSource> {
  const isJson = /\.(jsonl|ndjson|json)$/.test(path)
  const { events, unreadable } = isJson ? await readJsonLines(path, mapping) : await readCsv(path, mapping ?? (await plainMapping(path)))
  assertReadable(path, events, unreadable)
  return { name: `events:${path}`, dictionary: '', notes: [], items: [], users: [], events: byTime(events), unreadable }
}

/** A file without one line that can be read is another file than was meant. */
function assertReadable(path: string, events: readonly Event[], [first]: readonly UnreadableLine[]): void {
  if (events.length > 0 || first === undefined) return
  throw new CorruptError(`${path}, line ${first.line}`, first.reason, 'no line of the file could be read')
}

interface ReadEvents {
  readonly events: Event[]
  readonly unreadable: UnreadableLine[]
}

async function readCsv(path: string, mapping: Mapping): Promise<ReadEvents> {
  const read: ReadEvents = { events: [], unreadable: [] }
  const columns = Object.keys(mapping.columns)
  for await (const { row, cell } of readTable(path, { delimiter: mapping.delimiter, isQuoted: true }, columns))
    take(read, row + HEADER_LINES, mapped(mapping, `${basename(path)}:${row}`, cell))
  return read
}

const HEADER_LINES = 1

/** Adds an event, or the line that says none and why. */
function take({ events, unreadable }: ReadEvents, line: number, read: Event | string): void {
  if (typeof read === 'string') unreadable.push({ line, reason: read })
  else events.push(read)
}

async function readJsonLines(path: string, mapping: Mapping | undefined): Promise<ReadEvents> {
  const read: ReadEvents = { events: [], unreadable: [] }
  let line = 0
  for await (const text of createInterface({ input: openFile(path, 'give the path of a file of JSON lines'), crlfDelay: Infinity })) {
    line++
    if (text.trim() === '') continue
    take(read, line, eventOfLine(text, mapping, `${basename(path)}:${line}`))
  }
  return read
}

/** The event of a line, or why there is none. */
function eventOfLine(text: string, mapping: Mapping | undefined, id: string): Event | string {
  const json = parseJson(text)
  if (json === undefined) return new InvalidFieldError({ field: 'the line', value: text.slice(0, SHOWN_MAX), ...NO_JSON }).message
  if (mapping && typeof json === 'object' && json !== null) return mapped(mapping, id, (column) => spell(ownValue(json, column)))
  const { event, defect } = eventFromJson(json)
  if (defect) return new InvalidFieldError(defect).message
  return event.eventId === '' ? { ...event, eventId: id } : event
}

/** The event that a line's cells say, or why there is none. */
function mapped(mapping: Mapping, id: string, cell: (column: string) => string): Event | string {
  const event = Event.create({ eventId: id })
  for (const [column, field] of Object.entries(mapping.columns)) {
    const text = cell(column).trim()
    const fault = faultOf(field, text, mapping)
    if (fault) return new InvalidFieldError({ field: `${field} (column ${column})`, value: text.slice(0, SHOWN_MAX), ...fault }).message
    fill(event, field, { text, mapping })
  }
  if (event.type === '') event.type = mapping.defaults.type ?? ''
  return event
}

/** What keeps a cell from filling a field; an empty one fills nothing. */
function faultOf(field: MappedField, text: string, { time }: Mapping): Pick<FieldFacts, 'rule' | 'remedy'> | undefined {
  if (field === 'time_ms' && text !== '' && timeOf(text, time) === undefined) return TIME_FAULTS[time]
  if (field === 'value' && text !== '' && !Number.isFinite(Number(text))) return { rule: 'it must be a number', remedy: 'correct the cell' }
  return undefined
}

const OTHER_UNIT = 'correct the cell, or say by `time: ms`, `time: s` or `time: iso` of a mapping how times are written'
const TIME_FAULTS: Readonly<Record<Mapping['time'], Pick<FieldFacts, 'rule' | 'remedy'>>> = {
  ms: { rule: 'it must be milliseconds since 1970', remedy: OTHER_UNIT },
  s: { rule: 'it must be seconds since 1970', remedy: OTHER_UNIT },
  iso: { rule: 'it must be a time such as 2026-01-31T12:00:00Z', remedy: OTHER_UNIT },
}

function fill(event: Event, field: MappedField, { text, mapping }: { text: string; mapping: Mapping }): void {
  if (text === '') return
  switch (field) {
    case 'event_id':
      event.eventId = text
      break
    case 'user_id':
      event.userId = text
      break
    case 'session_id':
      event.sessionId = text
      break
    case 'item_id':
      event.itemId = text
      break
    case 'request_id':
      event.requestId = text
      break
    case 'type':
      event.type = Object.hasOwn(mapping.types, text) ? mapping.types[text] : text
      break
    case 'time_ms':
      event.timeMs = timeOf(text, mapping.time) ?? 0
      break
    case 'value':
      event.value = Number(text)
      break
    default:
      event.context[field.slice('context.'.length)] = text
  }
}

/** Milliseconds; undefined where the text is no time. */
function timeOf(text: string, unit: Mapping['time']): number | undefined {
  const ms = unit === 'iso' ? Date.parse(text) : Math.round(Number(text) * (unit === 's' ? 1000 : 1))
  return Number.isSafeInteger(ms) ? ms : undefined
}

/** Every column is a field of its own name. */
async function plainMapping(path: string): Promise<Mapping> {
  const header = await headerOf(path, { delimiter: ',', isQuoted: true })
  const foreign = header.find((name) => !isField(snakeCase(name)))
  if (foreign === undefined) return checkMapping({ columns: Object.fromEntries(header.map((name) => [name, snakeCase(name)])) }, path)
  throw new InvalidFieldError({
    field: `${basename(path)}: a column of the header`,
    value: foreign,
    rule: `without a mapping each is one of ${FIELDS.join(', ')} or context.NAME`,
    remedy: "say which column fills which field by --mapping FILE (an example: 'npx freshet import --help')",
  })
}

const snakeCase = (name: string): string =>
  name.startsWith('context.') ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
/** What every object has is no cell of a line. */
const ownValue = (json: object, column: string): unknown => (Object.hasOwn(json, column) ? Reflect.get(json, column) : undefined)
const spell = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | boolean}`

/** What the text means; undefined, which no JSON means, where it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const NO_JSON = { rule: 'it must be JSON', remedy: 'write one object a line, as POST /v1/events takes it' }
const SHOWN_MAX = 40 // characters: enough to find it
