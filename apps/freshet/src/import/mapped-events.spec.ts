import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Event } from '@freshet/contracts'
import { InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { readEvents } from './mapped-events'
import { checkMapping, readMapping } from './mapping'

const made: string[] = []
afterAll(() => made.forEach((directory) => rmSync(directory, { recursive: true })))

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'freshet-import-'))
  made.push(directory)
  return directory
}

function file(name: string, ...lines: string[]): string {
  const path = join(temporaryDirectory(), name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

const shop = checkMapping(
  {
    columns: { who: 'user_id', what: 'item_id', did: 'type', at: 'time_ms', amount: 'value', town: 'context.city' },
    types: { bought: 'purchase' },
    defaults: { type: 'view' },
    time: 'iso',
    delimiter: ';',
  },
  'shop.yaml',
)

describe('a CSV file of events', () => {
  it('is read by its mapping: renamed types, times as they are written, context, and what holds by default', async () => {
    const path = file(
      'shop.csv',
      'who;what;did;at;amount;town;left out',
      'ada;book;bought;2024-01-01T00:00:01Z;9.5;Köln;x',
      'bob;pen;;2024-01-01T00:00:00Z;;;x',
    )
    const { events, name } = await readEvents(path, shop)
    expect(name).toBe(`events:${path}`)
    expect(events).toEqual([
      Event.fromPartial({ eventId: 'shop.csv:2', userId: 'bob', itemId: 'pen', type: 'view', timeMs: Date.UTC(2024, 0, 1) }),
      Event.fromPartial({
        eventId: 'shop.csv:1',
        userId: 'ada',
        itemId: 'book',
        type: 'purchase',
        timeMs: Date.UTC(2024, 0, 1, 0, 0, 1),
        value: 9.5,
        context: { city: 'Köln' },
      }),
    ])
  })

  it('needs no mapping where its columns are the fields, in either spelling', async () => {
    const path = file('plain.csv', 'eventId,user_id,itemId,type,timeMs,context.city', 'e7,ada,book,view,5,Bonn')
    expect((await readEvents(path)).events).toEqual([
      Event.fromPartial({ eventId: 'e7', userId: 'ada', itemId: 'book', type: 'view', timeMs: 5, context: { city: 'Bonn' } }),
    ])
  })

  it('refuses a column that is no field where there is no mapping, and a mapped column that the file lacks', async () => {
    await expect(readEvents(file('plain.csv', 'user_id,colour', 'ada,red'))).rejects.toThrow(
      /plain.csv: a column of the header is 'colour', but without a mapping each is one of event_id, user_id.*by --mapping FILE/,
    )
    await expect(readEvents(file('shop.csv', 'who;what', 'ada;book'), shop)).rejects.toThrow("it needs a column 'did'")
  })

  it('names lines whose value or time is none: field, value, rule and remedy; the others go on', async () => {
    const lines = ['ada,book,view,much,1000', 'ada,book,view,1,soon', 'ada,book,view,1,2000', 'ada,book,view,,']
    const { events, unreadable } = await readEvents(file('plain.csv', 'user_id,item_id,type,value,time_ms', ...lines))
    expect(events.map(({ timeMs }) => timeMs)).toEqual([0, 2000])
    expect(unreadable).toEqual([
      { line: 2, reason: "value (column value) is 'much', but it must be a number; correct the cell" },
      {
        line: 3,
        reason:
          "time_ms (column time_ms) is 'soon', but it must be milliseconds since 1970; correct the cell, or say by `time: ms`, `time: s` or `time: iso` of a mapping how times are written",
      },
    ])
  })

  it.each([
    ['s', '2026-01-31', 'it must be seconds since 1970'],
    ['iso', 'tomorrow', 'it must be a time such as 2026-01-31T12:00:00Z'],
  ])('says what a time is where the mapping says %s', async (time, text, rule) => {
    const mapping = checkMapping({ columns: { u: 'user_id', t: 'time_ms' }, defaults: { type: 'view' }, time }, 'm.yaml')
    await expect(readEvents(file('one.csv', 'u,t', `ada,${text}`), mapping)).rejects.toThrow(`time_ms (column t) is '${text}', but ${rule}`)
  })
})

describe('a file of JSON lines', () => {
  it('holds what the HTTP door takes, and lines that it would refuse are named', async () => {
    const path = file(
      'mine.jsonl',
      '{"userId":"ada","itemId":"book","type":"view","timeMs":9}',
      '',
      'nonsense',
      '{"user_id":5}',
      '{"user_id":"bob","event_id":"mine"}',
    )
    const { events, unreadable } = await readEvents(path)
    expect(events.map(({ eventId, userId }) => [eventId, userId])).toEqual([
      ['mine', 'bob'],
      ['mine.jsonl:1', 'ada'],
    ])
    expect(unreadable).toEqual([
      { line: 3, reason: "the line is 'nonsense', but it must be JSON; write one object a line, as POST /v1/events takes it" },
      { line: 4, reason: "user_id is '5', but it must be a text; put it in quotes" },
    ])
  })

  it('is refused where no line of it can be read, with the first line and its reason', async () => {
    await expect(readEvents(file('mine.json', '', '[', '{},', ']'))).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/mine.json, line 2.*the line is '\[', but it must be JSON/),
    })
  })

  it('is read by a mapping too, numbers included', async () => {
    const mapping = checkMapping(
      { columns: { u: 'user_id', i: 'item_id', t: 'time_ms', r: 'value' }, defaults: { type: 'rating' }, time: 's' },
      'm.yaml',
    )
    const { events } = await readEvents(file('mine.ndjson', '{"u":7,"i":8,"t":1.5,"r":4,"extra":{"a":1}}'), mapping)
    expect(events).toEqual([
      Event.fromPartial({ eventId: 'mine.ndjson:1', userId: '7', itemId: '8', type: 'rating', timeMs: 1500, value: 4 }),
    ])
  })

  it('takes a cell that is no text, number or truth for its JSON, and one that is nothing for none', async () => {
    const mapping = checkMapping({ columns: { u: 'user_id', i: 'item_id', t: 'type', c: 'context.c' } }, 'm.yaml')
    const { events } = await readEvents(file('mine.jsonl', '{"u":{"a":[1]},"i":true,"t":null,"c":[1,"x"]}'), mapping)
    expect(events).toEqual([Event.fromPartial({ eventId: 'mine.jsonl:1', userId: '{"a":[1]}', itemId: 'true', context: { c: '[1,"x"]' } })])
  })

  it('takes words that every object knows for words: of types, of users, and of columns that are absent', async () => {
    const words = ['constructor', 'toString', '__proto__', 'valueOf']
    const csv = file(
      'shop.csv',
      'who;what;did;at;amount;town',
      ...words.map((word) => `${word};${word};${word};2024-01-01T00:00:00Z;1;${word}`),
    )
    for (const [i, event] of (await readEvents(csv, shop)).events.entries()) {
      expect(event).toMatchObject({ userId: words[i], itemId: words[i], type: words[i], context: { city: words[i] } })
      expect(Event.decode(Event.encode(event).finish())).toEqual(event)
    }
    const mapping = checkMapping({ columns: { u: 'user_id', constructor: 'item_id', toString: 'type' } }, 'm.yaml')
    const { events } = await readEvents(file('mine.jsonl', '{"u":"ada"}', '{"u":"bob","constructor":"book"}'), mapping)
    expect(events.map(({ userId, itemId, type }) => [userId, itemId, type])).toEqual([
      ['ada', '', ''],
      ['bob', 'book', ''],
    ])
  })

  it('is named where it is not there', async () => {
    await expect(readEvents('/nowhere.jsonl')).rejects.toThrow(NotFoundError)
  })
})

describe('a mapping', () => {
  it('is refused with the value that broke the rule, not with the whole document', () => {
    expect(() => checkMapping({ columns: { sku: 'item_id', who: 'usr' } }, 'm.yaml')).toThrow(
      "m.yaml: columns.who is 'usr', but must be one of",
    )
  })

  it('is read from YAML, with its defaults', () => {
    expect(readMapping(file('m.yaml', 'columns:', '  who: user_id'))).toEqual({
      columns: { who: 'user_id' },
      types: {},
      defaults: {},
      time: 'ms',
      delimiter: ',',
    })
  })

  it.each<[string, unknown, string]>([
    ['a field that no event has', { columns: { a: 'userid' } }, 'm.yaml: columns.a'],
    ['a context without a name', { columns: { a: 'context.' } }, 'm.yaml: columns.a'],
    ['an unknown key', { columns: { a: 'user_id' }, colums: {} }, 'm.yaml: colums is'],
    ['an unknown unit of time', { columns: { a: 'user_id' }, time: 'h' }, 'm.yaml: time'],
    ['a delimiter of two characters', { columns: { a: 'user_id' }, delimiter: '::' }, 'm.yaml: delimiter'],
    ['two columns for one field', { columns: { a: 'user_id', b: 'user_id' } }, 'one column fills one field'],
    [
      'no section of columns',
      {},
      'm.yaml: columns is undefined, but it must say which column fills which field, such as {user: user_id, what: item_id}; see',
    ],
    ['no columns in it', { columns: {} }, 'm.yaml: columns is {}, but it must name a column at least, such as {user: user_id}; see'],
    ['a text', 'columns', 'm.yaml: the document'],
  ])('is refused with %s', (_, raw, message) => {
    expect(() => checkMapping(raw, 'm.yaml')).toThrow(InvalidFieldError)
    expect(() => checkMapping(raw, 'm.yaml')).toThrow(message)
  })

  it('is refused where the file is not there, or is no YAML', () => {
    expect(() => readMapping('/nowhere.yaml')).toThrow(NotFoundError)
    expect(() => readMapping(file('m.yaml', 'columns: {'))).toThrow('YAML was expected')
  })
})
