import { readdirSync } from 'node:fs'
import { asked, openStage, runCaptured, type Stage } from './services.fixture'

describe('the command line', () => {
  it.each([
    [['--help'], 0, /Start here:[\s\S]*Exit codes:/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    [['recommend', '--help'], 0, /Examples:\n {2}\$ npx freshet recommend ada/],
    [['recommend', '--help'], 0, /recommend ada --require 'item\.category == "books"'/],
  ])('%j ends with %i', async (args, code, shown) => {
    const outcome = await runCaptured(args)
    expect([outcome.code, outcome.stderr]).toEqual([code, ''])
    expect(outcome.stdout).toMatch(shown)
  })

  it.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['recommend', '--limit', 'x'], /it must be a whole number/],
    [['recommend', '--context', 'x'], /it must hold '='/],
    [['rank'], /missing required argument 'items'/],
    [['migrate'], /required option '--to <address>'/],
    [['import', 'cassettes', '.'], /Allowed choices are movielens/],
    [['up', '--colour'], /unknown option '--colour'/],
    [['status', '--config', '/nowhere.yaml'], /\/nowhere.yaml: .*no such file/],
    [['status', '--data', '../escape'], /name is "..\/escape", but must be/],
  ])('%j is wrong usage', async (args, said) => {
    const outcome = await runCaptured(args)
    expect([outcome.code, outcome.stdout]).toEqual([2, ''])
    expect(outcome.stderr).toMatch(said)
  })

  it('says wrong usage to a program, too', async () => {
    const { code, stdout } = await runCaptured(['recommend', 'ada', '--limit', '0', '--json'])
    const message = "option '--limit <n>' argument '0' is invalid. it must be a whole number of 1 or more."
    expect([code, JSON.parse(stdout)]).toEqual([2, { error: { code: 'INVALID_FIELD', message, retryable: false } }])
  })

  it('has an example in the help of each command', async () => {
    const { stdout } = await runCaptured(['--help'])
    const names = [...stdout.matchAll(/^ {2}(\w+) (?:\[|<| {2})/gm)]
      .map(([, name]) => name)
      .filter((name) => !['help', 'model'].includes(name))
    expect(names.length).toBeGreaterThan(7)
    for (const name of names) expect((await runCaptured([name, '--help'])).stdout).toContain(`$ npx freshet ${name}`)
  })
})

describe('commands that ask running services', () => {
  let stage: Stage
  beforeAll(async () => (stage = await openStage()))
  afterAll(() => stage[Symbol.asyncDispose]())

  it('recommend: shows a list and what it is made of, and leaves no trace', async () => {
    const outcome = await stage.run('recommend', 'ada', '--limit', '2', '--context', 'device=phone', '--explain')
    expect(outcome).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '#  item     score   source',
        '1  book-1   0.5000  two-tower  p=0.2500 recall=1.500 boost=2 b=-3.000 e=0.400 d=0.300 c=0.200',
        '2  book-22  0.2500  popular',
        '',
        'model: rows at step 5, dense at step 4; contains events up to [3 -1]',
        'degraded: no-vectors\n',
      ].join('\n'),
    })
    expect(asked.at(-1)?.request).toMatchObject({ userId: 'ada', limit: 2, context: { device: 'phone' }, explain: true, dryRun: true })
  })

  it('recommend: passes rules on, and logs an impression only for what is shown', async () => {
    const rules = ['--require', 'a == 1', '--exclude', 'b', '--boost', 'c == "x"=1.5', '--pin', 'p', '--pin', 'q']
    await stage.run('recommend', '--session', 's', '--shown', '--include-seen', ...rules)
    expect(asked.at(-1)?.request).toMatchObject({
      ...{ userId: '', sessionId: 's', dryRun: false, includeSeen: true, limit: 10 },
      rules: { require: 'a == 1', exclude: 'b', boosts: [{ condition: 'c == "x"', factor: 1.5 }], pins: ['p', 'q'] },
    })
  })

  it('rank: names what it does not know', async () => {
    const { stdout } = await stage.run('rank', 'book-1', 'ghost', '--user', 'ada')
    expect(stdout).toContain('unknown: ghost')
    expect(asked.at(-1)?.request).toMatchObject({ userId: 'ada', itemIds: ['book-1', 'ghost'] })
  })

  it('similar: says what to do about an empty list', async () => {
    expect((await stage.run('similar', 'book-1')).stdout).toContain('nothing to recommend yet: send events, or import a data set')
  })

  it('model: lists, shows and rolls back', async () => {
    expect((await stage.run('model', 'list')).stdout).toContain('v1        100      1  3.0 MiB  2026-01-02 00:00:00  yes')
    expect((await stage.run('model', 'list')).stdout).toMatch(
      /^version +step .* damage\n[^]*\nv3 .* v3\/dense.safetensors: its SHA-256 is 1, and 2 was written$/m,
    )
    expect((await stage.run('model', 'show', 'v3')).stdout).toMatch(/^damage +v3\/dense.safetensors: /m)
    expect((await stage.run('model', 'show', 'v2')).stdout).toMatch(/^version {2}v2\nstep.*200\n[\s\S]*serving {2}no\n$/)
    expect((await stage.run('model', 'rollback', 'v1')).stdout).toBe('rankers turn to v1 from journal record 42 on\n')
  })

  it('model: ends a rollback, and refuses one without a target or with two', async () => {
    expect((await stage.run('model', 'rollback', '--latest')).stdout).toBe('rankers follow what is learned from journal record 42 on\n')
    for (const args of [[], ['v1', '--latest']]) {
      const outcome = await stage.run('model', 'rollback', ...args)
      expect([outcome.code, outcome.stdout]).toEqual([2, ''])
      expect(outcome.stderr).toContain('name one that `freshet model list` shows, or say --latest')
    }
  })

  it('model: names the versions that there are when asked for another', async () => {
    expect(await stage.run('model', 'show', 'v9')).toMatchObject({
      code: 1,
      stderr: "freshet: version 'v9' does not exist; there are: v1, v2, v3\n",
    })
  })

  it('status: shows what answers, and what does not', async () => {
    const { stdout, code } = await stage.run('status')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^observe .*events in the log 11 .*rejected 1 \(INVALID_FIELD 1\)$/m)
    expect(stdout).toMatch(/^remember +not running$/m)
    expect(stdout).toMatch(/^learn .*5 examples behind +step 1,234 .*AUC 0.7500$/m)
    expect(stdout).toMatch(/^answer .*2 journal records behind$/m)
    expect(stdout).toMatch(/^ +degraded: no-vectors$/m)
  })

  it.each([
    [
      ['recommend', 'ada'],
      { requestId: 'r-1', items: expect.arrayContaining([expect.objectContaining({ itemId: 'book-22', score: 0.25 })]) },
    ],
    [['rank', 'a'], { unknownItemIds: ['ghost'] }],
    [['model', 'list'], ['v1', 'v2', 'v3'].map((version) => expect.objectContaining({ version }))],
    [['status'], { trainer: expect.objectContaining({ step: 1234 }), ranker: expect.objectContaining({ items: 2000 }) }],
  ])('%j --json answers one document', async (args, expected) => {
    const { stdout, stderr, code } = await stage.run(...args, '--json')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual(Array.isArray(expected) ? expected : expect.objectContaining(expected))
  })

  it('says a refusal on stderr, and as a document where documents are read', async () => {
    const plain = await stage.run('recommend', 'ada', '--limit', '1000')
    expect(plain).toEqual({ code: 2, stdout: '', stderr: 'freshet: limit is 1000, but a list has at most 500; ask for fewer\n' })
    const { stdout } = await stage.run('recommend', 'ada', '--limit', '1000', '--json')
    expect(JSON.parse(stdout)).toEqual({ error: expect.objectContaining({ code: 'INVALID_FIELD', field: 'limit', retryable: false }) })
  })

  it('takes whatever runs without --data, and only what was named with it', async () => {
    expect((await stage.run('status', '--data', 'staged')).code).toBe(0)
    expect(await stage.run('status', '--data', 'other')).toMatchObject({ code: 3, stderr: expect.stringContaining("'other'") })
  })
})

describe('commands that find nobody', () => {
  it('status: ends with 3, and says how to start', async () => {
    await using stage = await openStage(true)
    expect(await stage.run('status')).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/start it: npx freshet up\n/) })
    expect(await stage.run('status', '--data', 'staged')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /data set 'staged' is not available; nobody serves it at 127\.0\.0\.1:\d+.*; start it: npx freshet up --data staged\n/,
      ),
    })
  })

  it('reading commands make no data set, and name those that there are', async () => {
    await using stage = await openStage(true)
    expect(await stage.run('recommend', 'ada')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/does not exist; there are: staged \(--data NAME\)/),
    })
    expect((await stage.run('evaluate')).stderr).toContain('there are: staged (--data NAME)')
    expect(await stage.run('evaluate', '--data', 'staged')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("data set 'staged' has no events; import some"),
    })
    expect(readdirSync(stage.directory.within('data'))).toEqual(['staged'])
  })

  it('migrate: names the trainer that it looked for', async () => {
    await using stage = await openStage(true)
    expect(await stage.run('migrate', '--to', '127.0.0.1:1')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/npx freshet up; or name another by --from/),
    })
  })
})
