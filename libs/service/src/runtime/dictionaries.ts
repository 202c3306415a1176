import { DictionaryChange } from '@freshet/contracts'
import { DICTIONARIES, type EventLog } from '@freshet/event-log'
import { assertReplaceable, compileDictionary, type Dictionary } from '@freshet/features'
import { InvalidFieldError, PreconditionError } from '@freshet/kernel'

/** What the log says of a data set's dictionaries. */
export interface Dictionaries {
  /** The last change; undefined where the one that the data set was made with still holds. */
  readonly last: DictionaryChange | undefined
  /** The dictionary that holds. */
  readonly current: Dictionary
  /** The one that the data set was made with. */
  readonly first: Dictionary
  /** The next offset of the topic `dictionaries`: where another change would stand. */
  readonly next: number
}

/** What a configuration names, and for which data set. */
export interface Asked {
  readonly asked: Dictionary
  readonly directory: string
}

/** Reads which dictionary holds; `first` is the one that the data set was made with. */
export async function readDictionaries(log: EventLog, first: Dictionary): Promise<Dictionaries> {
  const next = await log.next(DICTIONARIES)
  for (let from = next - 1; from >= (await log.first(DICTIONARIES)); from--) {
    const [record] = await log.read(DICTIONARIES, from, { records: 1 })
    if (record === undefined || record.offset >= next) continue // a gap of the broker's
    const last = DictionaryChange.decode(record.value)
    return { last, current: compileDictionary(last.text), first, next }
  }
  return { last: undefined, current: first, first, next }
}

/**
 * Enters another dictionary into the log, numbered behind the last; one that holds already stays as it is.
 *
 * throws  InvalidFieldError where the text is no dictionary, or the data set cannot go on with it,
 *         OffsetConflictError where somebody else changed it at the same moment
 */
export async function enterDictionary(log: EventLog, first: Dictionary, text: string): Promise<DictionaryChange> {
  refuseLarge(text)
  const { last, current, next } = await readDictionaries(log, first)
  const entered = compileDictionary(text)
  const { hash } = entered
  if (hash === current.hash && isArrangedAs(entered, current)) return last ?? { number: 0, hash, text: current.text }
  assertReplaceable(current, entered)
  const change: DictionaryChange = { number: (last?.number ?? 0) + 1, hash, text }
  await log.appendIf(DICTIONARIES, next, { key: '', value: DictionaryChange.encode(change).finish() })
  return change
}

/** Of one hash, dictionaries may still arrange answers otherwise: rankers are told of that, and what is learned stays as it is. */
const isArrangedAs = (a: Dictionary, b: Dictionary): boolean => JSON.stringify(a.declared.arrange) === JSON.stringify(b.declared.arrange)

/** A change travels in one record of `events`, and in one of the journal, beside the model that it makes. */
function refuseLarge(text: string): void {
  if (text.length <= TEXT_MAX) return
  const rule = `a dictionary that is set has at most ${TEXT_MAX} characters`
  throw new InvalidFieldError({ field: 'text', value: `${text.slice(0, 40)}…`, rule, remedy: 'leave comments out' })
}

const TEXT_MAX = 256 << 10

/**
 * Refuses to open a data set under a dictionary that it never had: another one is set, not configured. One that held before is taken for
 * what a process was started with before the change, and gives way: so a restart goes on with the one that holds.
 *
 * throws  PreconditionError
 */
export async function assertHeld(log: EventLog, { last, current, first }: Dictionaries, { asked, directory }: Asked): Promise<void> {
  if ([current.hash, first.hash].includes(asked.hash) || (await hasHeld(log, asked.hash))) return
  const rule =
    last === undefined
      ? `${directory} was made with feature dictionary ${current.hash}, not ${asked.hash}`
      : `in ${directory} feature dictionary ${current.hash} holds since change ${last.number}, not ${asked.hash}`
  throw new PreconditionError(
    rule,
    'leave --dictionary out, change it by `freshet dictionary set FILE`, or choose another data set by --data NAME',
  )
}

async function hasHeld(log: EventLog, hash: string): Promise<boolean> {
  const next = await log.next(DICTIONARIES)
  for (let from = await log.first(DICTIONARIES); from < next;) {
    const records = await log.read(DICTIONARIES, from, { records: 64 })
    if (records.some(({ value }) => DictionaryChange.decode(value).hash === hash)) return true
    from = (records.at(-1)?.offset ?? next) + 1
  }
  return false
}
