import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CorruptError, InvalidFieldError, NotFoundError } from '@freshet/kernel'
import { compileDictionary, builtInDictionary } from '@freshet/features'
import { IMPORT_READERS, type KnownSource } from './sources'

const made: string[] = []
afterAll(() => made.forEach((directory) => rmSync(directory, { recursive: true })))

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'freshet-import-'))
  made.push(directory)
  return directory
}

/** A folder with the files that are given, as rows of cells. */
function folder(files: Record<string, readonly (readonly string[])[]>, delimiter: string): string {
  const directory = temporaryDirectory()
  for (const [name, rows] of Object.entries(files))
    writeFileSync(join(directory, name), rows.map((cells) => `${cells.join(delimiter)}\n`).join(''))
  return directory
}

const ml100k = () =>
  folder(
    {
      'ml-100k.inter': [
        ['user_id:token', 'item_id:token', 'rating:float', 'timestamp:float'],
        ['196', '242', '3', '881250949'],
        ['186', '302', '4', '881250900'],
        ['22', '377', '', '881250949'],
      ],
      'ml-100k.item': [
        ['item_id:token', 'movie_title:token_seq', 'release_year:token', 'class:token_seq'],
        ['242', 'Kolya "1996"', '1996', "Comedy Children's"],
        ['267', 'unknown', '', ''],
      ],
      'ml-100k.user': [
        ['user_id:token', 'age:token', 'gender:token', 'occupation:token', 'zip_code:token'],
        ['196', '49', 'M', 'writer', '55105'],
      ],
    },
    '\t',
  )

const kind = (text: string | number) => ({ kind: typeof text === 'string' ? { $case: 'text', text } : { $case: 'number', number: text } })
const texts = (...values: string[]) => ({ kind: { $case: 'texts', texts: { values } } })

describe('MovieLens', () => {
  it('is read from RecBole files: in the order of time, ids by the place in the file', async () => {
    const { events } = await IMPORT_READERS.movielens(ml100k())
    expect(events.map(({ eventId }) => eventId)).toEqual(['ml-100k:2', 'ml-100k:1', 'ml-100k:3'])
    expect(events[1]).toMatchObject({ userId: '196', itemId: '242', type: 'rating', value: 3, timeMs: 881_250_949_000 })
  })

  it('hands a rating that is missing over to ingest, which says so', async () => {
    expect((await IMPORT_READERS.movielens(ml100k())).events[2]?.value).toBeNaN()
  })

  it('brings titles, years and genres, and the users as they described themselves', async () => {
    const { items, users } = await IMPORT_READERS.movielens(ml100k())
    expect(items).toEqual([
      {
        itemId: '242',
        attributes: { title: kind('Kolya "1996"'), year: kind(1996), genres: texts('Comedy', "Children's") },
        unavailable: false,
        createdMs: 881_250_900_000,
      },
      { itemId: '267', attributes: { title: kind('unknown') }, unavailable: false, createdMs: 881_250_900_000 },
    ])
    expect(users).toEqual([{ userId: '196', attributes: { age: kind(49), gender: kind('M'), occupation: kind('writer') } }])
  })

  it('is read from GroupLens files: the year stands in the title, genres behind bars', async () => {
    const path = folder(
      {
        'ratings.csv': [
          ['userId', 'movieId', 'rating', 'timestamp\r'],
          ['1', '1', '4.5', '964982703\r'],
        ],
        'movies.csv': [
          ['movieId', 'title', 'genres\r'],
          ['1', '"American President, The (1995)"', 'Comedy|Drama\r'],
          ['2', 'Babylon 5', '(no genres listed)\r'],
        ],
      },
      ',',
    )
    const { events, items } = await IMPORT_READERS.movielens(path)
    expect(events).toMatchObject([{ eventId: 'ml-latest-small:1', value: 4.5, timeMs: 964_982_703_000 }])
    expect(items.map(({ attributes }) => attributes)).toEqual([
      { title: kind('American President, The'), year: kind(1995), genres: texts('Comedy', 'Drama') },
      { title: kind('Babylon 5') },
    ])
  })

  it('asks for a folder that holds one of both', async () => {
    await expect(IMPORT_READERS.movielens(temporaryDirectory())).rejects.toThrow(/give a folder that holds ml-100k.inter, or ratings.csv/)
  })
})

describe('RetailRocket', () => {
  const rows = [
    ['timestamp', 'user', 'item', 'event'],
    ['1430623535', '7', '6768', 'cart'],
    ['1430623510', '7', '6768', 'view'],
    ['1430623535', '7', '6768', 'buy'],
  ]

  it('is read in the order of time, ties in that of the file, and a buy is a purchase', async () => {
    const { events, items } = await IMPORT_READERS.retailrocket(folder({ 'events.csv': rows, 'test.csv': [['user', 'item']] }, ','))
    expect(events.map(({ eventId, type }) => [eventId, type])).toEqual([
      ['retailrocket:2', 'view'],
      ['retailrocket:1', 'cart'],
      ['retailrocket:3', 'purchase'],
    ])
    expect(items).toEqual([])
  })

  it('is read from the file itself too', async () => {
    const path = folder({ 'mine.csv': rows }, ',')
    expect((await IMPORT_READERS.retailrocket(join(path, 'mine.csv'))).events).toHaveLength(3)
  })

  it('keeps a type that it has no word for, whatever that is', async () => {
    const types = ['transaction', 'addtocart', 'wish', 'constructor', '']
    const path = folder({ 'events.csv': [rows[0], ...types.map((type) => ['1430623535', '7', '1', type])] }, ',')
    const { events } = await IMPORT_READERS.retailrocket(path)
    expect(events.map(({ type }) => type)).toEqual(['purchase', 'cart', 'wish', 'constructor', ''])
  })
})

describe('Deskdrop', () => {
  it("keeps sessions, the file's own types, and where a user is from", async () => {
    const header = ['timestamp', 'eventType', 'contentId', 'personId', 'sessionId', 'userAgent', 'userRegion', 'userCountry']
    const rows = [
      header,
      ['1465413032', 'VIEW', '-34', '-88', 's1', '', '', ''],
      ['1465412560', 'COMMENT CREATED', '89', '-88', 's2', '"Mozilla/5.0 (KHTML, like Gecko)"', 'NY', 'US'],
    ]
    const { events, users } = await IMPORT_READERS.deskdrop(folder({ 'users_interactions.csv': rows }, ','))
    expect(events[0]).toMatchObject({ eventId: 'deskdrop:2', userId: '-88', itemId: '89', sessionId: 's2', type: 'COMMENT CREATED' })
    expect(users).toEqual([{ userId: '-88', attributes: { region: kind('NY'), country: kind('US') } }])
  })
})

describe('Frappe', () => {
  const context = ['daytime', 'weekday', 'isweekend', 'homework', 'cost', 'weather', 'country', 'city']
  const files = {
    'frappe.csv': [
      ['user', 'item', 'cnt', ...context],
      ['0', '5', '7', 'morning', 'sunday', 'weekend', 'unknown', 'free', 'sunny', 'United States', '0'],
      ['1', '6', '1', 'night', 'monday', 'workday', 'home', 'free', 'cloudy', 'Spain', '0'],
    ],
    'meta.csv': [
      ['item', 'package', 'category', 'downloads', 'developer', 'icon', 'language', 'description', 'name', 'price', 'rating', 'short desc'],
      ['5', 'com.x', 'Tools', '', '', '', 'en', 'It\'s "simple', 'X', 'Free', '', ''],
      ['6', 'unknown', 'unknown', '', '', '', 'unknown', 'unknown', 'unknown', 'unknown', '', ''],
    ],
  }

  it('has no times, so its lines stand one second apart, and the source says so', async () => {
    const { events, notes } = await IMPORT_READERS.frappe(folder(files, '\t'))
    expect((events[1]?.timeMs ?? 0) - (events[0]?.timeMs ?? 0)).toBe(1000)
    expect(notes).toEqual([expect.stringMatching(/^SYNTHETIC TIMES/)])
  })

  it('keeps the situation of each use, and its count as the value', async () => {
    const { events } = await IMPORT_READERS.frappe(folder(files, '\t'))
    expect(events[0]).toMatchObject({ userId: '0', itemId: '5', type: 'use', value: 7 })
    expect(Object.keys(events[0]?.context ?? {})).toEqual(context)
  })

  it('knows of an app what is known, and works without that file', async () => {
    const { items } = await IMPORT_READERS.frappe(folder(files, '\t'))
    expect(items.map(({ attributes }) => attributes)).toEqual([
      { category: kind('Tools'), language: kind('en'), price: kind('Free'), title: kind('X') },
      {},
    ])
    expect((await IMPORT_READERS.frappe(folder({ 'frappe.csv': files['frappe.csv'] }, '\t'))).items).toEqual([])
  })
})

describe('every reader', () => {
  it.each(Object.keys(IMPORT_READERS) as KnownSource[])('%s sends types that its dictionary declares', (name) => {
    const declared = [...compileDictionary(builtInDictionary(name)).meanings.keys()]
    const sent = {
      movielens: ['rating'],
      retailrocket: ['view', 'cart', 'purchase'],
      deskdrop: ['VIEW', 'COMMENT CREATED'],
      frappe: ['use'],
    }
    expect(declared).toEqual(expect.arrayContaining(sent[name]))
  })

  it('names a column that is missing, and the columns that are there', async () => {
    const path = folder(
      {
        'events.csv': [
          ['timestamp', 'user', 'item'],
          ['1', '2', '3'],
        ],
      },
      ',',
    )
    const attempt = IMPORT_READERS.retailrocket(path)
    await expect(attempt).rejects.toThrow(InvalidFieldError)
    await expect(attempt).rejects.toThrow("events.csv: the header is 'timestamp, user, item', but it needs a column 'event'")
  })

  it('names a line whose quotes do not close', async () => {
    const path = folder(
      {
        'events.csv': [
          ['timestamp', 'user', 'item', 'event'],
          ['1', '"2', '3', 'view'],
        ],
      },
      ',',
    )
    await expect(IMPORT_READERS.retailrocket(path)).rejects.toThrow(CorruptError)
  })

  it('names a file that is not there', async () => {
    await expect(IMPORT_READERS.frappe('/nowhere')).rejects.toThrow(NotFoundError)
  })

  it('takes a time that is none for 0, which a replay refuses with the reason', async () => {
    const path = folder(
      {
        'events.csv': [
          ['timestamp', 'user', 'item', 'event'],
          ['yesterday', '2', '3', 'view'],
        ],
      },
      ',',
    )
    expect((await IMPORT_READERS.retailrocket(path)).events[0]?.timeMs).toBe(0)
  })
})
