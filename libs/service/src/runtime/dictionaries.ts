import { DictionaryChange } from '@freshet/contracts'
import { DICTIONARIES, type EventLog } from '@freshet/event-log'
import { assertReplaceable, compileDictionary, type Dictionary } from '@freshet/features'
import { PreconditionError } from '@freshet/kernel'

/** What the log says of a data set's dictionaries. */
export interface Dictionaries {
  /** The last change; undefined where the one that the data set was made with still holds. */
  readonly last: DictionaryChange | undefined
  /** The dictionary that holds. */
  readonly current: Dictionary
  /** The next offset of the topic `dictionaries`: where another change would stand. */
  readonly next: number
}

/** Reads which dictionary holds; `first` is the one that the data set was made with. */
export async function readDictionaries(log: EventLog, first: Dictionary): Promise<Dictionaries> {
  const next = await log.next(DICTIONARIES)
  for (let from = next - 1; from >= (await log.first(DICTIONARIES)); from--) {
    const [record] = await log.read(DICTIONARIES, from, { records: 1 })
    if (record === undefined || record.offset >= next) continue // a gap of the broker's
    const last = DictionaryChange.decode(record.value)
    return { last, current: compileDictionary(last.text), next }
  }
  return { last: undefined, current: first, next }
}

/**
 * Enters another dictionary into the log, numbered behind the last; one that holds already stays as it is.
 *
 * throws  InvalidFieldError where the text is no dictionary, PreconditionError where the data set cannot go on with it,
 *         OffsetConflictError where somebody else changed it at the same moment
 */
export async function enterDictionary(log: EventLog, first: Dictionary, text: string): Promise<DictionaryChange> {
  const { last, current, next } = await readDictionaries(log, first)
  const { hash } = compileDictionary(text)
  if (hash === current.hash) return last ?? { number: 0, hash, text: current.text }
  assertReplaceable(current, compileDictionary(text))
  const change: DictionaryChange = { number: (last?.number ?? 0) + 1, hash, text }
  await log.appendIf(DICTIONARIES, next, { key: '', value: DictionaryChange.encode(change).finish() })
  return change
}

/** Refuses to open a data set under another dictionary than the one that holds. Throws PreconditionError. */
export function assertHolds({ last, current }: Dictionaries, asked: Dictionary, directory: string): void {
  if (asked.hash === current.hash) return
  const rule =
    last === undefined
      ? `${directory} was made with feature dictionary ${current.hash}, not ${asked.hash}`
      : `in ${directory} feature dictionary ${current.hash} holds since change ${last.number}, not ${asked.hash}`
  throw new PreconditionError(
    rule,
    'leave --dictionary out, change it by `freshet dictionary set FILE`, or choose another data set by --data NAME',
  )
}
