import { DeadLetter, Event, PayloadKind } from '@freshet/contracts'
import { ingest } from '@freshet/contracts/services'
import { letterFacts, lettersText, letterText, replayText } from './dead-letter-text'

const event = Event.fromPartial({ eventId: 'e-1', userId: 'ada', itemId: 'book', type: 'love', timeMs: 5 })
const payload = Event.encode(event).finish()
const letter = (given: Partial<DeadLetter> = {}): DeadLetter =>
  DeadLetter.fromPartial({
    ...{ code: 'INVALID_FIELD', source: 'append', field: 'user_id', message: "user_id is '', but it is a text", timeMs: 1_700_000_000_000 },
    ...{ kind: PayloadKind.PAYLOAD_KIND_EVENT, payload, payloadBytes: payload.length },
    ...given,
  })
const entry = (given: Partial<DeadLetter> = {}, rest: Partial<ingest.DeadLetterEntry> = {}): ingest.DeadLetterEntry => ({
  ...{ offset: 7, letter: letter(given), keptBytes: 90, replayed: undefined },
  ...rest,
})

describe('a dead letter as a program reads it', () => {
  it('holds its event, where it holds one whole', () => {
    expect(letterFacts(entry())).toEqual({
      ...{ offset: 7, code: 'INVALID_FIELD', source: 'append', field: 'user_id', message: "user_id is '', but it is a text" },
      ...{ timeMs: 1_700_000_000_000, payloadBytes: payload.length, keptBytes: 90, holds: 'event', event: Event.toJSON(event) },
    })
  })

  it('speaks of fields as its sender does who came by HTTP', () => {
    expect(letterFacts(entry({ source: 'http' }))).toMatchObject({ field: 'userId', message: "userId is '', but it is a text" })
  })

  it.each<[string, Partial<DeadLetter>, string]>([
    ['cut off', { payloadBytes: payload.length + 1 }, 'event'],
    ['no event', { kind: PayloadKind.PAYLOAD_KIND_CATALOG }, 'catalog'],
    ['of a kind that comes later', { kind: 99 as PayloadKind }, 'unknown'],
    ['no protocol buffer', { payload: Uint8Array.of(255, 255), payloadBytes: 2 }, 'event'],
  ])('shows the beginning of its bytes where it is %s', (_, given, holds) => {
    const facts = letterFacts(entry(given))
    expect(facts).toMatchObject({ holds, payloadBase64: Buffer.from(letter(given).payload).toString('base64') })
    expect(facts).not.toHaveProperty('event')
  })

  it('shows no more of its bytes than 256', () => {
    const long = { kind: PayloadKind.PAYLOAD_KIND_HISTORY, payload: new Uint8Array(1000), payloadBytes: 1000 }
    expect(letterFacts(entry(long))).toMatchObject({ payloadBase64: Buffer.alloc(256).toString('base64'), payloadBytes: 1000 })
  })

  it('is nothing but its place where it could not be read', () => {
    const unread: ingest.DeadLetterEntry = { offset: 3, letter: undefined, keptBytes: 0, replayed: undefined }
    expect(letterFacts(unread)).toMatchObject({ offset: 3, field: '', message: '', holds: 'unknown', payloadBase64: '' })
  })
})

describe('a dead letter for people', () => {
  it('says when, why, and where it was replayed, then its event', () => {
    const text = letterText(entry({}, { replayed: { partition: 2, offset: 40 } }))
    expect(text).toMatch(/^offset +7\n/)
    expect(text).toMatch(/^when +2023-11-14 22:13:20 UTC$/m)
    expect(text).toMatch(/^replayed +partition 2, offset 40$/m)
    expect(text).toMatch(/\n\n\{\n {2}"eventId": "e-1",/)
    expect(text).not.toMatch(/timeMs +17|payloadBase64/)
  })

  it('says that it was not replayed, and shows bytes that hold no event', () => {
    const text = letterText(entry({ kind: PayloadKind.PAYLOAD_KIND_EXAMPLES, payload: Uint8Array.of(1, 2), payloadBytes: 2 }))
    expect(text).toMatch(/^replayed +not yet$/m)
    expect(text).toMatch(/\n\nthe beginning of its bytes, base64: AQI=$/)
  })
})

describe('a page of dead letters', () => {
  const page = (letters: ingest.DeadLetterEntry[], next = 8, end = 8): ingest.ListDeadLettersResponse => ({ letters, next, end })

  it('has a line each, with a long reason cut and a replayed one named, and says where the next page begins', () => {
    const long = entry({ message: 'x'.repeat(101) })
    const text = lettersText(page([long, entry({ message: 'y'.repeat(100) }), entry({}, { replayed: { partition: 0, offset: 1 } })], 8, 9))
    const [head, first, second, third, more] = text.split('\n')
    expect(head).toMatch(/^offset {2}when \(UTC\) +code +source +why$/)
    expect(first).toMatch(/ x{100}…$/)
    expect(second).toMatch(/ y{100}$/)
    expect(third).toMatch(/ replayed$/)
    expect(more).toBe('more: --from 8')
  })

  it('that is the last says so by saying nothing', () => {
    expect(lettersText(page([entry()]))).not.toContain('more:')
  })

  it('of none tells nothing refused from nothing let through', () => {
    expect(lettersText(page([]))).toBe('no dead letter: nothing was refused for good')
    expect(lettersText(page([]), { INVALID_FIELD: 1200, VOID_CUT: 1 })).toBe(
      'no dead letter that these options let through; there are: INVALID_FIELD 1,200, VOID_CUT 1',
    )
  })
})

describe('what became of letters that were replayed', () => {
  const accepted = { outcome: { $case: 'accepted', accepted: { partition: 1, offset: 9 } } } as const
  const rejected = { code: 'INVALID_FIELD', field: '', value: '', message: 'still wrong', retryable: false }
  const of = (offset: number, acknowledgement: ingest.Acknowledgement, already = false): ingest.ReplayedDeadLetter => ({
    ...{ offset, acknowledgement, already },
  })

  it('is told one by one, and counts those that were taken now', () => {
    const letters = [of(1, accepted), of(2, accepted, true), of(3, { outcome: { $case: 'rejected', rejected } })]
    expect(replayText(letters)).toBe(
      [
        'letter 1: taken, as record 9 of partition 1',
        'letter 2: was replayed before, and is record 9 of partition 1',
        'letter 3: refused: still wrong',
        '1 of 3 were taken now',
      ].join('\n'),
    )
  })

  it('is nothing where no letter is left', () => {
    expect(replayText([])).toBe('nothing to replay: no letter is left that these options let through')
  })
})
