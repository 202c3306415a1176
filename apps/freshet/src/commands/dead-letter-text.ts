import { type DeadLetter, Event, PayloadKind } from '@freshet/contracts'
import type { ingest } from '@freshet/contracts/services'
import { inJsonNames } from '@freshet/service'
import { count, factLines, table } from '../terminal'

/** A letter as a program reads it: its event as JSON where it holds one that can be read, else the beginning of its bytes. */
export function letterFacts({ offset, letter, keptBytes, replayed }: ingest.DeadLetterEntry): object {
  const { payload = new Uint8Array(), source, code, timeMs, payloadBytes = 0, kind = 0 } = letter ?? {}
  const { field, message } = wordsOf(letter)
  const isWhole = payload.length === payloadBytes
  const event = kind === PayloadKind.PAYLOAD_KIND_EVENT && isWhole ? eventOf(payload) : undefined
  return {
    ...{ offset, code, source, field, message, timeMs, payloadBytes, keptBytes },
    holds: KINDS[kind] ?? 'unknown',
    ...(event ? { event } : { payloadBase64: base64Of(payload) }),
    ...(replayed && { replayed: { partition: replayed.partition, offset: replayed.offset } }),
  }
}

/** A page of letters for people; of an empty one, which there are by `byCode`. */
export function lettersText({ letters, next, end }: ingest.ListDeadLettersResponse, byCode: Readonly<Record<string, number>> = {}): string {
  if (letters.length === 0) return noneText(Object.entries(byCode))
  const rows = letters.map(({ offset, letter, replayed }) => [
    String(offset),
    momentText(letter?.timeMs ?? 0),
    letter?.code ?? '',
    letter?.source ?? '',
    replayed ? 'replayed' : shortened(wordsOf(letter).message),
  ])
  const more = next < end ? [`more: --from ${next}`] : []
  return [table([['offset', 'when (UTC)', 'code', 'source', 'why'], ...rows]), ...more].join('\n')
}

/** One letter for people. */
export function letterText(entry: ingest.DeadLetterEntry): string {
  const facts = Object.entries(letterFacts(entry))
  const event = facts.find(([name]) => name === 'event')?.[1] as unknown
  const rows = facts.filter(([name]) => !SHOWN_APART.has(name)).map(([name, value]): [string, string] => [name, String(value)])
  const { letter, replayed } = entry
  const place = replayed && `partition ${replayed.partition}, offset ${replayed.offset}`
  return [
    factLines([...rows, ['when', `${momentText(letter?.timeMs ?? 0)} UTC`], ['replayed', place ?? 'not yet']]),
    '',
    event ? JSON.stringify(event, null, 2) : `the beginning of its bytes, base64: ${base64Of(letter?.payload)}`,
  ].join('\n')
}

/** What became of the letters that were replayed. */
export function replayText(letters: readonly ingest.ReplayedDeadLetter[]): string {
  if (letters.length === 0) return 'nothing to replay: no letter is left that these options let through'
  const lines = letters.map(({ offset, acknowledgement, already }) => `letter ${offset}: ${fateOf(acknowledgement, already)}`)
  const taken = letters.filter(({ acknowledgement, already }) => acknowledgement?.outcome?.$case === 'accepted' && !already).length
  return [...lines, `${count(taken)} of ${count(letters.length)} were taken now`].join('\n')
}

function fateOf(acknowledgement: ingest.Acknowledgement | undefined, isAlready: boolean): string {
  const outcome = acknowledgement?.outcome
  if (outcome?.$case === 'rejected') return `refused: ${outcome.rejected.message}`
  const place = `record ${outcome?.accepted.offset} of partition ${outcome?.accepted.partition}`
  return isAlready ? `was replayed before, and is ${place}` : `taken, as ${place}`
}

/** Nothing was refused, or the options let nothing of it through. */
const noneText = (counts: readonly (readonly [code: string, letters: number])[]): string =>
  counts.length === 0
    ? 'no dead letter: nothing was refused for good'
    : `no dead letter that these options let through; there are: ${counts.map(([code, letters]) => `${code} ${count(letters)}`).join(', ')}`

/** The reason as its sender heard it: HTTP speaks in the names of JSON. */
function wordsOf(letter: DeadLetter | undefined): Pick<DeadLetter, 'field' | 'message'> {
  const { field = '', message = '', source } = letter ?? {}
  return source === 'http' ? { field: inJsonNames(field), message: inJsonNames(message) } : { field, message }
}

const KINDS: Readonly<Partial<Record<PayloadKind, string>>> = {
  [PayloadKind.PAYLOAD_KIND_EVENT]: 'event',
  [PayloadKind.PAYLOAD_KIND_CATALOG]: 'catalog',
  [PayloadKind.PAYLOAD_KIND_HISTORY]: 'history',
  [PayloadKind.PAYLOAD_KIND_EXAMPLES]: 'examples',
}
const SHOWN_APART = new Set(['event', 'payloadBase64', 'replayed', 'timeMs'])
const SHOWN_BYTES_MAX = 256 // of what has no JSON: enough to recognise it
const WHY_CHARACTERS_MAX = 100

function eventOf(payload: Uint8Array): unknown {
  try {
    return Event.toJSON(Event.decode(payload))
  } catch {
    return undefined
  }
}

const base64Of = (payload: Uint8Array = new Uint8Array()): string => Buffer.from(payload.subarray(0, SHOWN_BYTES_MAX)).toString('base64')
const shortened = (text: string): string => (text.length > WHY_CHARACTERS_MAX ? `${text.slice(0, WHY_CHARACTERS_MAX)}…` : text)
const momentText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19)
