import { writeFileSync } from 'node:fs'
import { DeadLetter, Event, PayloadKind } from '@freshet/contracts'
import { ingest } from '@freshet/contracts/services'
import { builtInDictionary } from '@freshet/features'
import { call, loadConfig } from '@freshet/service'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { withServices } from '../services'
import { runCaptured } from '../services.fixture'
import { letterFacts, lettersText } from './dead-letter-text'

const bad = (eventId: string, given: Partial<Event> = {}): Event =>
  Event.fromPartial({ eventId, userId: 'ada', itemId: 'book', type: 'love', ...given })

describe('freshet dead-letter, on a data set that nobody serves', () => {
  let directory: TemporaryDirectory
  beforeAll(async () => {
    directory = await temporaryDirectory()
    const settings = { data: directory.within('data'), name: 'letters', logging: { level: 'silent' } } as const
    writeFileSync(directory.within('freshet.yaml'), JSON.stringify(settings))
    const config = loadConfig({ env: {}, overrides: settings })
    const needs = { sections: ['ingest'], canCreate: true, note: () => undefined } as const
    await withServices(config, needs, ({ ingest: client }) =>
      call(client, 'append', { events: [bad('a'), bad('b', { itemId: '' }), bad('c', { type: 'click', itemId: '' }), bad('d')] }),
    )
  })
  afterAll(() => directory[Symbol.asyncDispose]())

  const run = (...args: string[]) => runCaptured([...args, '--config', directory.within('freshet.yaml')])
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout)

  it('lists what was refused, with the reason, a page at a time', async () => {
    const { code, stdout } = await run('dead-letter', 'list', '--limit', '2')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^offset {2}when \(UTC\).*why\n *0 {2}\d{4}-.* INVALID_FIELD {2}append {2}type is 'love', but .*\n *1 .*\nmore: --from 2\n$/,
    )
    for (const filter of [
      ['--code', 'NO_SUCH'],
      ['--from', '99'],
    ]) {
      const { stdout: none } = await run('dead-letter', 'list', ...filter)
      expect(none).toBe('no dead letter that these options let through; there are: INVALID_FIELD 4\n')
    }
    expect(await json('dead-letter', 'list', '--from', '2')).toMatchObject({
      letters: [{ offset: 2, field: 'item_id' }, { offset: 3 }],
      end: 4,
    })
  })

  it('shows one with its event as JSON', async () => {
    expect(await json('dead-letter', 'show', '1')).toMatchObject({ offset: 1, holds: 'event', event: { eventId: 'b', type: 'love' } })
    expect((await run('dead-letter', 'show', '1')).stdout).toMatch(/replayed +not yet[\s\S]*"eventId": "b"/)
    expect(await run('dead-letter', 'show', '99')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/dead letter '99' does not exist/),
    })
  })

  it('asks which letters are meant before it replays any', async () => {
    for (const args of [[], ['--code', 'X'], ['1', '--all'], ['one']]) expect((await run('dead-letter', 'replay', ...args)).code).toBe(2)
  })

  it('replays what is good by now, once, and says why the rest is not', async () => {
    const love = builtInDictionary('generic').replace('\nvalue:', '\n  love: {}\nvalue:')
    writeFileSync(directory.within('love.yaml'), love)
    expect((await run('dictionary', 'set', directory.within('love.yaml'))).code).toBe(0)
    const first = await run('dead-letter', 'replay', '--all', '--code', 'INVALID_FIELD')
    expect(first.stdout).toMatch(
      /letter 0: taken, as record \d+ of partition \d\nletter 1: refused: item_id.*\nletter 2: refused.*\nletter 3: taken.*\n2 of 4 were taken now/,
    )
    const again = await run('dead-letter', 'replay', '3', '0', '2')
    expect(again.stdout).toMatch(
      /letter 3: was replayed before, and is record .*\nletter 0: was replayed before.*\nletter 2: refused.*\n0 of 3 were taken now/,
    )
    expect((await run('dead-letter', 'list')).stdout.match(/ replayed$/gm)).toHaveLength(2)
    expect((await run('dead-letter', 'show', '0')).stdout).toMatch(/replayed +partition \d, offset \d+/)
  })
})

describe('the words about a dead letter', () => {
  const entry = (letter: Partial<DeadLetter>) =>
    ingest.DeadLetterEntry.fromPartial({ offset: 7, keptBytes: letter.payload?.length ?? 0, letter: { source: 'stream', ...letter } })

  it('hold the beginning of its bytes where there is no event to show: of another kind, cut, or not to be read', () => {
    const kind = PayloadKind.PAYLOAD_KIND_EVENT
    const whole = Event.encode(bad('a')).finish()
    const cut = entry({ kind, payload: whole.subarray(0, 4), payloadBytes: whole.length })
    expect(letterFacts(cut)).toMatchObject({
      payloadBytes: whole.length,
      keptBytes: 4,
      payloadBase64: Buffer.from(whole.subarray(0, 4)).toString('base64'),
    })
    const other = entry({ kind: PayloadKind.PAYLOAD_KIND_EXAMPLES, payload: new Uint8Array(5000), payloadBytes: 5000 })
    expect(letterFacts(other)).toMatchObject({ holds: 'examples', payloadBase64: Buffer.alloc(256).toString('base64') })
    expect(letterFacts(entry({ kind, payload: Uint8Array.of(255), payloadBytes: 1 }))).toMatchObject({ payloadBase64: '/w==' })
    expect(letterFacts(entry({ kind, payload: whole, payloadBytes: whole.length }))).toMatchObject({ event: { eventId: 'a' } })
  })

  it('name fields as whoever sent it heard of them: by HTTP as JSON does', () => {
    const said = { field: 'user_id', message: "user_id is '', but an event names its user; send item_ids" }
    const http = entry({ source: 'http', ...said })
    expect(letterFacts(http)).toMatchObject({ field: 'userId', message: "userId is '', but an event names its user; send itemIds" })
    expect(lettersText({ letters: [http], next: 8, end: 8 })).toContain("userId is ''")
    expect(letterFacts(entry(said))).toMatchObject(said)
  })

  it('say that there is none only where nothing was refused', () => {
    expect(lettersText({ letters: [], next: 0, end: 0 })).toBe('no dead letter: nothing was refused for good')
  })

  it('stay one line each in a list', () => {
    const text = lettersText({ letters: [entry({ message: 'x'.repeat(500) })], next: 8, end: 8 })
    expect(text.split('\n')).toHaveLength(2)
    expect(text).toContain(`${'x'.repeat(100)}…`)
  })
})
