import { mkdir, writeFile } from 'node:fs/promises'
import { type House, openHouse, settingsOf } from './house.fixture'
import { type Ended, runFreshet } from './processes.fixture'
import { clicks, items, learned, send, stock } from './shop.fixture'

const NOBODY = '127.0.0.1:1'
const COMMANDS = ['up', 'import', 'recommend', 'rank', 'similar', 'status', 'evaluate', 'model', 'migrate', 'verify', 'train', 'doctor']
const json = ({ stdout }: Ended): unknown => JSON.parse(stdout)

describe('the command line', () => {
  let house: House

  beforeAll(async () => {
    house = await openHouse()
    await stock(house)
    await send(house, clicks(0, 200))
    await learned(house)
  })
  afterAll(() => house[Symbol.asyncDispose]())

  /** Runs against the services that run. */
  const freshet = (...args: string[]): Promise<Ended> => runFreshet(args, { cwd: house.directory.path, env: settingsOf(house) })

  it('explains itself: what there is, an example of each, and what the exit codes mean', async () => {
    const { code, stdout } = await freshet('--help')
    expect(code).toBe(0)
    expect(COMMANDS.filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(stdout))).toEqual([])
    expect(stdout).toContain('Exit codes:')
    const { stdout: ofRank } = await freshet('rank', '--help')
    expect(ofRank).toContain('$ npx freshet rank')
    expect(ofRank).toContain('--json')
  })

  it.each([
    ['a command that there is not', ['recomend'], 2, 'recommend'],
    ['an option that there is not', ['recommend', '--limt', '3'], 2, '--limit'],
    ['too little', ['rank'], 2, 'items'],
    ['a limit of a million', ['recommend', 'ada', '--limit', '1000000'], 2, 'limit'],
    ['a filter that does not parse', ['recommend', 'ada', '--require', 'item.'], 2, 'rules.require'],
    ['what is like an unknown item', ['similar', 'mystery'], 1, "item 'mystery' does not exist"],
    ['a version that there is not', ['model', 'show', 'v-none'], 1, "version 'v-none' does not exist"],
    ['a data set that there is not', ['recommend', 'ada', '--data', 'elsewhere'], 1, 'there are: default'],
    ['a trainer that does not answer', ['migrate', '--from', NOBODY, '--to', NOBODY], 3, NOBODY],
  ])('refuses %s with an exit code and a hint', async (_, args, code, hint) => {
    const ended = await freshet(...args)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(hint)
  })

  it('says errors as JSON too, where JSON was asked for', async () => {
    const ended = await freshet('recommend', 'ada', '--limit', '501', '--json')
    expect([ended.code, json(ended)]).toEqual([
      2,
      { error: expect.objectContaining({ code: 'INVALID_FIELD', message: expect.stringContaining('limit') }) },
    ])
  })

  it('recommends, in words and in JSON', async () => {
    const words = await freshet('recommend', 'user-1', '--limit', '3')
    expect([words.code, words.stdout.match(/\bitem-\d+\b/g)?.length]).toEqual([0, 3])
    const answer = json(
      await freshet('recommend', 'user-1', '--limit', '3', '--explain', '--require', 'item.category == "sport"', '--json'),
    )
    expect(answer).toMatchObject({ items: { length: 3 }, provenance: { modelVersion: { rowStep: expect.any(Number) } } })
  })

  it('ranks what it is given, and finds what is alike', async () => {
    const ranked = json(await freshet('rank', 'item-1', 'mystery', 'item-2', '--user', 'user-1', '--json'))
    expect(ranked).toMatchObject({ items: { length: 3 }, unknownItemIds: ['mystery'] })
    const similar = await freshet('similar', 'item-1', '--limit', '4')
    expect([similar.code, similar.stdout.match(/\bitem-\d+\b/g)?.length]).toEqual([0, 4])
  })

  it('shows what learns: once, and as the model that it is', async () => {
    const once = await freshet('train', '--once')
    expect([once.code, once.stdout]).toEqual([0, expect.stringMatching(/^trainer .*owner[\s\S]*log loss[\s\S]*MiB in all/)])
    const look = json(await freshet('train', '--once', '--json')) as Record<string, number>
    expect(look).toMatchObject({ provider: 'cpu', role: 'TRAINER_ROLE_OWNER' })
    expect(look.residentBytes).toBeGreaterThan(look.tableBytes)
    const model = json(await freshet('model', 'show', '--json')) as { live: Record<string, number>; denseParameters: number }
    expect(model.denseParameters).toBe(look.denseParameters)
    expect(model.live.rows).toBeGreaterThanOrEqual(look.rows)
  })

  it('examines the machine, its own services included, and every provider that the runtime offers', async () => {
    const ended = await freshet('doctor', '--json')
    const { isWell, findings } = json(ended) as { isWell: boolean; findings: { check: string; state: string; says: string }[] }
    expect([isWell, ended.code]).toEqual([findings.every(({ state }) => state !== 'wrong'), isWell ? 0 : 1])
    const said = Object.fromEntries(findings.map(({ check, says }) => [check, says]))
    expect(said['provider cpu']).toMatch(/^a step in \d+\.\d ms, every bit as on the CPU$/)
    expect(said['ports of services alone']).toBe('each could listen, or does')
    const strange = await freshet('doctor', '--on', 'abacus')
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('the installed ONNX Runtime offers cpu')])
  })

  it('shows each stage on one screen, and the same as JSON', async () => {
    const { code, stdout } = await freshet('status')
    expect(code).toBe(0)
    for (const stage of ['observe', 'remember', 'learn', 'answer']) expect(stdout).toMatch(new RegExp(`^${stage} +127`, 'm'))
    expect(stdout.split('\n').length).toBeLessThan(25)
    expect(json(await freshet('status', '--json'))).toMatchObject({
      ingest: {},
      featureStore: {},
      trainer: { step: expect.any(Number) },
      ranker: {},
    })
  })

  it('lists versions, shows one, and lets rankers answer with it', async () => {
    const listed = json(await freshet('model', 'list', '--json')) as { version: string; step: number }[]
    expect(listed.length).toBeGreaterThan(0)
    const { version, step } = listed[listed.length - 1]
    const shown = await freshet('model', 'show', version)
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/sha256 +[0-9a-f]{64}/)])
    expect((await freshet('model', 'rollback', version)).code).toBe(0)
    expect(json(await freshet('model', 'list', '--json'))).toContainEqual(expect.objectContaining({ version, serving: true }))
    await send(house, clicks(1000, 50))
    await learned(house)
    const answer = json(await freshet('recommend', 'user-1', '--json'))
    expect(answer).toMatchObject({ provenance: { modelVersion: { rowStep: step } } })
  })

  it('verifies the running trainer by a twin', async () => {
    const ended = await freshet('verify', '--json')
    expect([ended.code, json(ended)]).toEqual([
      0,
      expect.objectContaining({ isEqual: true, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    ])
  })

  it('moves the trainer', async () => {
    await house.fleet.launch('standby')
    const ended = await freshet('migrate', '--to', house.fleet.address('standby'), '--json')
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { phase: string })
    expect([ended.code, lines.at(-1)]).toEqual([0, expect.objectContaining({ phase: 'MOVE_PHASE_DONE' })])
  })

  describe('with nobody running', () => {
    const alone = (...args: string[]): Promise<Ended> =>
      runFreshet(args, { cwd: house.directory.path, env: { ...settingsOf(house), ...EVERYBODY_AWAY } })

    it('says so, with exit code 3', async () => {
      const { code, stderr } = await alone('status')
      expect([code, stderr]).toEqual([3, expect.stringContaining('npx freshet up')])
    })

    it('imports JSON lines with their own times, and says what became of each', async () => {
      const file = house.directory.within('clicks.jsonl')
      const good = clicks(0, 300).map((click, i) => JSON.stringify({ ...plain(click), timeMs: Date.UTC(2024, 0, 1) + 60_000 * i }))
      const bad = [JSON.stringify({ userId: 'u', itemId: 'i', type: 'wink', timeMs: Date.UTC(2024, 0, 2) }), '{"userId":']
      await writeFile(file, [...good, good[0], ...bad].join('\n'))
      const ended = await alone('import', 'events', file, '--data', 'history', '--dictionary', 'demo', '--json')
      expect([ended.code, json(ended)]).toEqual([
        0,
        expect.objectContaining({
          ...{ events: 302, accepted: 301, deduplicated: 1, late: 0 },
          deadLettered: [expect.objectContaining({ code: 'INVALID_FIELD', field: 'type', count: 1 })],
          unreadable: [expect.objectContaining({ line: 303 })],
        }),
      ])
      expect((json(ended) as { examples: number }).examples).toBeGreaterThanOrEqual(300)
    })

    it('imports a CSV file by a mapping, in words', async () => {
      const [table, mapping] = [house.directory.within('sales.csv'), house.directory.within('sales.yaml')]
      const rows = items.slice(0, 20).map(({ itemId }, i) => `ada;${itemId};bought;${new Date(Date.UTC(2024, 1, 1, i)).toISOString()}`)
      await writeFile(table, ['who;what;did;when', ...rows].join('\n'))
      await writeFile(
        mapping,
        'columns: { who: user_id, what: item_id, did: type, when: time_ms }\ntypes: { bought: purchase }\ntime: iso\ndelimiter: ;\n',
      )
      const { code, stdout } = await alone('import', 'events', table, '--mapping', mapping, '--data', 'history')
      expect([code, stdout]).toEqual([0, expect.stringMatching(/accepted +20$/m)])
    })

    it('answers, verifies and evaluates in its own process from what was imported', async () => {
      const answer = json(await alone('recommend', 'user-1', '--data', 'history', '--json'))
      expect(answer).toMatchObject({ items: { length: 10 }, provenance: expect.not.objectContaining({ degraded: expect.anything() }) })
      const verified = await alone('verify', '--data', 'history')
      expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/^equal after step \d+/)])
      const evaluated = await alone('evaluate', '--data', 'history', '--json')
      expect([evaluated.code, json(evaluated)]).toEqual([0, expect.objectContaining({ events: 320, learnedFirst: 256 })])
    })

    it('refuses a data set that was made with another dictionary, with exit code 4', async () => {
      const { code, stderr } = await alone('recommend', 'ada', '--data', 'history', '--dictionary', 'generic')
      expect([code, stderr]).toEqual([4, expect.stringContaining('--data NAME')])
    })

    it('finds no data set where there is none', async () => {
      await mkdir(house.directory.within('nothing'))
      const { code, stderr } = await alone('recommend', 'ada', '--data', 'nowhere')
      expect([code, stderr]).toEqual([1, expect.stringContaining('history')])
    })
  })
})

const EVERYBODY_AWAY = Object.fromEntries(
  ['INGEST', 'FEATURE_STORE', 'TRAINER', 'MIGRATOR', 'RANKER', 'ALL'].map((service) => [`FRESHET_${service}_GRPC`, NOBODY]),
)

const plain = ({ eventId, userId, itemId, type }: { eventId: string; userId: string; itemId: string; type: string }) => ({
  eventId,
  userId,
  itemId,
  type,
})
