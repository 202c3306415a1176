import { DeadLetter, PayloadKind } from '@freshet/contracts'
import { DEAD_LETTER, type EventLog } from '@freshet/event-log'
import { InvalidFieldError, NotFoundError, PreconditionError, type FreshetError } from '@freshet/kernel'
import { ForgottenLetterError, LetterCutError } from './errors'
import { keyOf } from './event-identity'
import { isMark, letterOf, type LetterBook } from './letter-book'
import { receiveEvent, type AcceptedAt, type Outcome, type ReceivedEvent } from './outcome'
import type { PartitionWriter } from './partition-writer'

/** Which letters are meant; empty: of any code, of any source. */
export interface LetterFilter {
  readonly code: string
  readonly source: string
}

/** A page of letters. */
export interface LetterQuery extends LetterFilter {
  /** The first offset that may be listed. */
  readonly from: number
  /** How many letters at most: 1 to 1,000. */
  readonly limit: number
}

/** A letter at its place. */
export interface Letter {
  readonly offset: number
  readonly letter: DeadLetter
  /** Where its payload stands since it was replayed. */
  readonly replayed: AcceptedAt | undefined
}

/** Letters, and where the next page begins: at `end` once there is none. */
export interface LetterPage {
  readonly letters: readonly Letter[]
  readonly next: number
  readonly end: number
}

/** What to replay: the letters that are named or, where none is, those of a page that were not replayed yet. */
export interface ReplayQuery extends LetterQuery {
  readonly offsets: readonly number[]
}

/** What became of one letter. */
export interface ReplayedLetter {
  readonly offset: number
  readonly outcome: Outcome
  /** It had been replayed and taken before: nothing was done. */
  readonly isAlready: boolean
}

/** What became of a page of letters. */
export interface ReplayedPage {
  readonly letters: readonly ReplayedLetter[]
  readonly next: number
  readonly end: number
}

/** Who the desk works with. */
export interface LetterDeskScope {
  readonly log: EventLog
  readonly book: LetterBook
  readonly writer: PartitionWriter
  /** Sends events through the front door as they came; no letter is written of what is refused. */
  readonly take: (received: readonly ReceivedEvent[]) => Promise<readonly Outcome[]>
}

/** Shows what was refused for good, and sends it through the front door once more. */
export interface LetterDesk {
  list(query: LetterQuery): Promise<LetterPage>
  /**
   * Replays letters, in their order. What is taken is marked by a record behind the letters, so that a second replay does nothing; should the
   * process end between the two, the event's id, which is a function of the letter, makes the second effective no second time.
   */
  replay(query: ReplayQuery): Promise<ReplayedPage>
}

/** Letters of a page, and offsets of a request. */
const LETTERS_MAX = 1000
const SCANNED_MAX = 10_000 // records that one call looks at: a filter that lets little through is asked for the next page
const PAGE_BYTES_MAX = 2 << 20
const PAGE = { records: 500, bytes: PAGE_BYTES_MAX }

/** A desk over the topic `dead-letter`. */
export function createLetterDesk({ log, book, writer, take }: LetterDeskScope): LetterDesk {
  let turn: Promise<unknown> = Promise.resolve() // one replay after the other: each knows what the one before has marked

  const list = async ({ from, limit, ...filter }: LetterQuery): Promise<LetterPage> => {
    assertCount('limit', limit)
    await book.readOn()
    const end = await log.next(DEAD_LETTER)
    const letters: Letter[] = []
    let next = Math.min(end, Math.max(from, await log.first(DEAD_LETTER)))
    for (let [scanned, bytes] = [0, 0]; next < end && scanned < SCANNED_MAX && bytes < PAGE_BYTES_MAX;) {
      const records = await log.read(DEAD_LETTER, next, PAGE)
      if (records.length === 0) return { letters, next: end, end }
      scanned += records.length
      for (const { offset, value } of records) {
        if (letters.length === limit) return { letters, next: offset, end }
        next = offset + 1
        const letter = letterOf(value)
        if (!isMeant(letter, filter)) continue
        letters.push({ offset, letter, replayed: book.replayed.get(offset) })
        bytes += value.length
      }
    }
    return { letters, next, end }
  }

  const named = async (offset: number): Promise<Letter> => {
    const isThere = offset >= (await log.first(DEAD_LETTER)) && offset < (await log.next(DEAD_LETTER))
    const [record] = isThere ? await log.read(DEAD_LETTER, offset, { records: 1 }) : []
    const letter = record?.offset === offset ? letterOf(record.value) : undefined
    if (!letter || isMark(letter))
      throw new NotFoundError('dead letter', String(offset), '`freshet dead-letter list` shows which there are')
    return { offset, letter, replayed: book.replayed.get(offset) }
  }

  const mark = async (done: readonly ReplayedLetter[]): Promise<void> => {
    const replayed = done.flatMap(({ offset: letterOffset, outcome, isAlready }) =>
      outcome.kind === 'accepted' && !isAlready ? [{ letterOffset, partition: outcome.partition, offset: outcome.offset }] : [],
    )
    if (replayed.length === 0) return
    const value = DeadLetter.encode(DeadLetter.create({ replayed })).finish()
    await writer.write(DEAD_LETTER.partition, [{ key: 'replayed', value }]).catch(() => undefined) // ids make a second replay harmless
  }

  const replayAll = async (letters: readonly Letter[]): Promise<readonly ReplayedLetter[]> => {
    const done = await Promise.all(letters.map((letter) => replayOne(letter, { book, take })))
    await mark(done)
    return done
  }

  const replay = async (query: ReplayQuery): Promise<ReplayedPage> => {
    if (query.offsets.length === 0) {
      const { letters, next, end } = await list(query)
      return { letters: await replayAll(letters.filter(({ replayed }) => !replayed)), next, end }
    }
    assertCount('offsets', query.offsets.length)
    await book.readOn()
    const letters = await Promise.all([...new Set(query.offsets)].map(named))
    const end = await log.next(DEAD_LETTER)
    return { letters: await replayAll(letters), next: end, end }
  }

  return {
    list,
    replay(query) {
      const mine = turn.then(() => replay(query))
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}

const isMeant = (letter: DeadLetter, { code, source }: LetterFilter): boolean =>
  !isMark(letter) && (code === '' || letter.code === code) && (source === '' || letter.source === source)

async function replayOne(
  { offset, letter, replayed }: Letter,
  { book, take }: Pick<LetterDeskScope, 'book' | 'take'>,
): Promise<ReplayedLetter> {
  if (replayed) return { offset, outcome: replayed, isAlready: true }
  const received = { ...receiveEvent(letter.payload), arrivedMs: letter.timeMs }
  const isForgotten = book.isForgotten(keyOf(received.event), offset)
  const error = obstacleOf(offset, letter) ?? (isForgotten ? new ForgottenLetterError(offset) : undefined)
  if (error) return { offset, outcome: { kind: 'refused', error }, isAlready: false }
  const [outcome] = await take([received])
  return { offset, outcome, isAlready: false }
}

/** Why a letter cannot be replayed, whatever the front door would say. */
function obstacleOf(offset: number, { kind, payload, payloadBytes }: DeadLetter): FreshetError | undefined {
  if (kind !== PayloadKind.PAYLOAD_KIND_EVENT)
    return new PreconditionError(`dead letter ${offset} holds no event`, INSTEAD[kind] ?? UNKNOWN)
  return payload.length < payloadBytes ? new LetterCutError(offset, payload.length, payloadBytes) : undefined
}

/** What helps instead: a replay of what is not an event could undo what was said since. */
const INSTEAD: Readonly<Partial<Record<PayloadKind, string>>> = {
  [PayloadKind.PAYLOAD_KIND_CATALOG]: 'send the item or the user again as it is now',
  [PayloadKind.PAYLOAD_KIND_HISTORY]: 'ask again, by `freshet forget` or `freshet link`',
  [PayloadKind.PAYLOAD_KIND_EXAMPLES]:
    'the trainer left it out for good, by a record of the journal; its event was taken, and needs no replay',
}
const UNKNOWN = 'send it again from where it came'

function assertCount(field: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= LETTERS_MAX) return
  throw new InvalidFieldError({ field, value, rule: `1 to ${LETTERS_MAX} letters go at once`, remedy: 'ask page by page' })
}
