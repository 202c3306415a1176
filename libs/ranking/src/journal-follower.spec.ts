import { JournalRecord, Result } from '@freshet/contracts'
import { JOURNAL, type EventLog } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { foldJournal, startFold, type JournalState } from '@freshet/follow'
import { bytesOf, CorruptError, NotFoundError } from '@freshet/kernel'
import { JournalFollower } from './journal-follower'
import { emptyTable, openShop, type Shop } from './shop.fixture'
import type { PlacedVersion, VersionSource } from './versions'

type Body = NonNullable<JournalRecord['record']>
const PAIR = Uint32Array.of(1, 100)

/** A journal that a trainer wrote, and versions of it: values are the step itself, so that any state is easy to tell. */
class Line {
  readonly versions = new Map<string, Omit<PlacedVersion, 'table'>>()
  readonly errors: unknown[] = []
  readonly follower: JournalFollower
  epoch = 1
  private step = 0
  private resultStep = 0

  private constructor(
    readonly shop: Shop,
    readonly log: EventLog,
  ) {
    const source: VersionSource = {
      list: async () => [...this.versions.values()],
      load: async (name) => this.load(name),
    }
    this.follower = new JournalFollower({
      log,
      versions: source,
      model: shop.model,
      clock: shop.clock,
      onError: (error) => this.errors.push(error),
    })
  }

  static async open(): Promise<Line> {
    const line = new Line(await openShop(), openMemoryLog())
    await line.write({
      $case: 'genesis',
      genesis: { dictionaryHash: '', model: '', seed: 1, logicalShards: 4, partitions: 4, pins: undefined, stepFormat: 3 },
    })
    return line
  }

  async write(record: Body, owner = 'a'): Promise<number> {
    const value = JournalRecord.encode(JournalRecord.create({ epoch: this.epoch, owner, record })).finish()
    return this.log.append(JOURNAL, [{ key: 'model-set', value }])
  }

  /** Cuts `count` steps and says what they did. */
  async learn(count: number, { rowsOmitted = false, owner = 'a' } = {}): Promise<void> {
    for (let i = 0; i < count; i++) await this.write({ $case: 'cut', cut: { step: ++this.step, ranges: [] } }, owner)
    await this.result({ rowsOmitted, owner })
  }

  async result({ rowsOmitted = false, owner = 'a' } = {}): Promise<void> {
    const result = Result.create({
      fromStep: this.resultStep + 1,
      toStep: this.step,
      chain: new Uint8Array(8),
      contains: [this.step, 0, 0, 0],
      rowsOmitted,
    })
    this.resultStep = this.step
    const rows = rowsOmitted ? {} : { rowIds: bytesOf(PAIR), rowValues: bytesOf(this.values(this.step)) }
    await this.write({ $case: 'result', result: { ...result, ...rows } }, owner)
  }

  /** Puts the state after the last result on the shelf. */
  async save(name: string, step = this.resultStep): Promise<void> {
    const journalOffset = await this.log.next(JOURNAL)
    const dense = new Float32Array(this.shop.modelSet.parameterCount).fill(step)
    this.versions.set(name, { name, step, contains: [step, 0, 0, 0], dense, journalOffset, journal: await this.fold(journalOffset) })
  }

  /** As from a disk: with a table of its own. */
  async load(name: string): Promise<PlacedVersion> {
    const version = this.versions.get(name)
    if (version === undefined) throw new NotFoundError('version', name, 'list them')
    const table = emptyTable(this.shop.modelSet)
    table.assign(PAIR, 1, this.values(version.step))
    return { ...version, table }
  }

  catchUp(): Promise<void> {
    return this.follower.catchUp(new AbortController().signal)
  }

  /** What the model is made of, as the step that its one row and its contents stand for. */
  get state(): [row: number, rowStep: number, contains: number] {
    const { model, modelSet } = this.shop
    const out = new Float32Array(modelSet.rowWidth)
    model.table.gather(PAIR, 1, out)
    const { rowStep, contains } = model.stamp()
    return [out[0], rowStep, contains[0]]
  }

  private async fold(end: number): Promise<JournalState> {
    const records = await this.log.read(JOURNAL, 0, { records: 10_000 })
    return records
      .slice(0, end)
      .reduce((state, { value, offset }) => foldJournal(state, JournalRecord.decode(value), offset).state, startFold())
  }

  private values(step: number): Float32Array {
    return new Float32Array(this.shop.modelSet.rowWidth).fill(step)
  }
}

describe('a follower of the journal', () => {
  let line: Line
  beforeEach(async () => {
    line = await Line.open()
  })

  it('is untrained until something was learned', async () => {
    await line.catchUp()
    expect([line.shop.model.isTrained, line.follower.position]).toEqual([false, 1])
  })

  it('follows from the beginning where there is no version', async () => {
    await line.learn(3)
    await line.learn(2)
    await line.catchUp()
    expect(line.state).toEqual([5, 5, 5])
  })

  it('comes to the same state from any version, and from none', async () => {
    for (const count of [2, 3, 1]) {
      await line.learn(count)
      await line.save(`v${count}`)
    }
    await line.learn(4)
    for (const kept of [['v2'], ['v3'], ['v1'], []]) {
      const other = new Map([...line.versions].filter(([name]) => kept.includes(name)))
      const before = new Map(line.versions)
      line.versions.clear()
      other.forEach((version, name) => line.versions.set(name, version))
      await line.catchUp()
      expect(line.state).toEqual([10, 10, 10])
      before.forEach((version, name) => line.versions.set(name, version))
    }
  })

  it('takes no notice of what is void: a zombie, or a second copy', async () => {
    await line.learn(2)
    await line.result({ owner: 'zombie' })
    await line.write({ $case: 'claim', claim: { previous: 3, reason: 'silence' } }, 'b') // of the same epoch: void
    line.epoch = 2
    await line.write({ $case: 'claim', claim: { previous: 3, reason: 'silence' } }, 'b')
    line.epoch = 1
    await line.learn(5) // the old owner does not know yet
    await line.catchUp()
    expect(line.state).toEqual([2, 2, 2])
  })

  it('goes on under a new owner', async () => {
    await line.learn(2)
    line.epoch = 2
    await line.write({ $case: 'claim', claim: { previous: 3, reason: 'silence' } }, 'b')
    await line.learn(3, { owner: 'b' })
    await line.catchUp()
    expect(line.state).toEqual([5, 5, 5])
  })

  it('stays at what it has where rows were left out, says so, and takes the version that has them', async () => {
    await line.learn(2)
    await line.learn(3, { rowsOmitted: true })
    await line.learn(1)
    await line.catchUp()
    expect([line.state, line.follower.isBehind]).toEqual([[2, 2, 2], true])
    await line.save('v6')
    await line.learn(1)
    await line.catchUp()
    expect([line.state, line.follower.isBehind]).toEqual([[7, 7, 7], false])
  })

  it('is not behind for results that its version contains already', async () => {
    await line.learn(2)
    await line.save('early', 5) // made after steps 3 to 5, before their result was written
    await line.learn(3, { rowsOmitted: true })
    await line.catchUp()
    expect([line.state, line.follower.isBehind]).toEqual([[5, 5, 5], false])
  })

  it('turns to a version where a record says so, stays there, and goes back to training when that is taken back', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.learn(3)
    await line.write({ $case: 'serve', serve: { version: 'v2' } })
    await line.learn(1)
    await line.catchUp()
    expect([line.state, line.shop.model.stamp().version]).toEqual([[2, 2, 2], 'v2'])
    await line.write({ $case: 'serve', serve: { version: '' } })
    await line.learn(1)
    await line.catchUp()
    expect(line.state).toEqual([7, 7, 7])
  })

  it('stays at the version that is served across a restart, also where newer versions were made meanwhile', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.write({ $case: 'serve', serve: { version: 'v2' } })
    await line.learn(3)
    await line.save('v5')
    await line.catchUp()
    expect(line.state).toEqual([2, 2, 2])
  })

  it('follows training where the version to serve does not exist, and reports it', async () => {
    await line.learn(2)
    await line.write({ $case: 'serve', serve: { version: 'gone' } })
    await line.learn(1)
    await line.catchUp()
    expect([line.state, line.errors]).toEqual([[3, 3, 3], [expect.any(NotFoundError)]])
  })

  it('turns back with training at a reset, and goes on from there', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.learn(3)
    line.epoch = 2
    await line.write({ $case: 'reset', reset: { version: 'v2' } })
    await line.catchUp()
    expect([line.state, line.shop.model.stamp().version]).toEqual([[2, 5, 2], 'v2']) // the version counts as the state after step 5
    await line.learn(1)
    await line.catchUp()
    expect(line.state).toEqual([6, 6, 6])
  })

  it('lets others have their turn while it catches up', async () => {
    for (let i = 0; i < 20; i++) await line.learn(1)
    const { model, clock } = line.shop
    let nowMs = 0
    const busy = { ...clock, monotonicMs: () => (nowMs += 4) } // each look at it costs some milliseconds
    const versions: VersionSource = { list: async () => [], load: (name) => line.load(name) }
    const follower = new JournalFollower({ log: line.log, versions, model, clock: busy, onError: (error) => line.errors.push(error) })
    let turns = 0
    const other = setInterval(() => turns++, 0)
    await follower.catchUp(new AbortController().signal)
    clearInterval(other)
    expect([line.state[1], turns > 0]).toEqual([20, true])
  })

  it('passes over a version that cannot be read, and says which', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.learn(2)
    await line.save('v4')
    const broken: VersionSource = {
      list: async () => [...line.versions.values()],
      load: (name) => (name === 'v4' ? Promise.reject(new CorruptError(name, 'a byte has flipped', 'remove it')) : line.load(name)),
    }
    const { model, clock } = line.shop
    const told: unknown[] = []
    const onError = (error: unknown, version?: string): void => void told.push([error, version])
    const follower = new JournalFollower({ log: line.log, versions: broken, model, clock, onError })
    await follower.catchUp(new AbortController().signal)
    expect([line.state, model.stamp().version, told]).toEqual([[4, 4, 4], 'v2', [[expect.any(CorruptError), 'v4']]])
  })

  it('neither tries again nor waits for a version that could not be read, names it once, and takes the next', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.learn(2, { rowsOmitted: true })
    await line.save('v4')
    const tried: string[] = []
    const follower = followerOver(line, async (name) => {
      tried.push(name)
      return name === 'v4' ? flipped(name) : line.load(name)
    })
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    for (let i = 0; i < 8; i++) await line.shop.clock.advance(250)
    expect([tried, line.errors.length, line.state, follower.isBehind]).toEqual([['v4', 'v2'], 1, [2, 2, 2], true])
    await line.learn(1)
    await line.save('v5')
    for (let i = 0; i < 4; i++) await line.shop.clock.advance(250)
    expect([tried, line.state, follower.isBehind]).toEqual([['v4', 'v2', 'v5'], [5, 5, 5], false])
    stop.abort()
    await running
  })

  it('says once that nothing can be begun from, and that it is behind, where no version can be read and the journal was trimmed', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.log.trim(JOURNAL, line.versions.get('v2')?.journalOffset ?? 0)
    const follower = followerOver(line, flipped)
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    for (let i = 0; i < 20; i++) await line.shop.clock.advance(200)
    expect(line.errors.map(String)).toEqual([
      expect.stringContaining('v2: a byte has flipped'),
      expect.stringMatching(/the journal: it begins at 4, and no version can be opened \(damaged: v2\); restore a version from a backup/),
    ])
    expect([follower.isBehind, line.shop.model.isTrained]).toEqual([true, false])
    stop.abort()
    await running
  })

  describe('while it runs', () => {
    const stop = new AbortController()
    let running: Promise<void>
    const settle = async (): Promise<void> => line.shop.clock.advance(1)

    beforeEach(async () => {
      await line.learn(2)
      await line.save('v2')
      running = line.follower.run(stop.signal)
      await settle()
    })

    afterAll(async () => {
      stop.abort()
      await running
    })

    it('applies what is appended, and fetches the version for what was left out', async () => {
      expect(line.state).toEqual([2, 2, 2])
      await line.learn(1)
      await settle()
      expect(line.state).toEqual([3, 3, 3])
      await line.learn(2, { rowsOmitted: true })
      await settle()
      expect([line.state, line.follower.isBehind]).toEqual([[3, 3, 3], true])
      await line.save('v5')
      await line.shop.clock.advance(250)
      await settle()
      expect([line.state, line.follower.isBehind]).toEqual([[5, 5, 5], false])
      stop.abort()
      await running
    })
  })

  it('begins again from the newest version where the journal is another one, which ends before what was read, once that has lasted', async () => {
    await line.learn(2)
    await line.save('v2')
    await line.learn(3)
    const log = { current: line.log }
    const through = new Proxy(line.log, { get: (_, verb: keyof EventLog) => log.current[verb] })
    const follower = followerOver(line, (name) => line.load(name), through)
    const stop = new AbortController()
    const running = follower.run(stop.signal)
    await line.shop.clock.advance(1)
    const end = line.versions.get('v2')?.journalOffset ?? 0
    log.current = openMemoryLog()
    await log.current.append(JOURNAL, await line.log.read(JOURNAL, 0, { records: end })) // as it was when v2 was made
    await line.shop.clock.advance(5000)
    expect([line.state, follower.position > end]).toEqual([[5, 5, 5], true])
    await line.shop.clock.advance(2000)
    expect([line.state, follower.position, line.errors]).toEqual([[2, 2, 2], end, []])
    stop.abort()
    await running
  })

  it('begins again from the newest version where the journal was trimmed before it', async () => {
    await line.learn(2)
    await line.learn(2)
    await line.save('v4')
    const version = line.versions.get('v4')
    line.versions.clear()
    await line.log.trim(JOURNAL, version?.journalOffset ?? 0)
    const stop = new AbortController()
    const running = line.follower.run(stop.signal)
    await line.shop.clock.advance(1)
    expect([line.shop.model.isTrained, line.errors.length]).toEqual([false, 1])
    if (version) line.versions.set('v4', version)
    await line.shop.clock.advance(200)
    await line.shop.clock.advance(1)
    expect(line.state).toEqual([4, 4, 4])
    stop.abort()
    await running
  })
})

const flipped = (name: string): Promise<never> => Promise.reject(new CorruptError(name, 'a byte has flipped', 'remove it'))

/** Another follower of the line, which reads its versions by `load`. */
function followerOver(line: Line, load: VersionSource['load'], log = line.log): JournalFollower {
  const versions: VersionSource = { list: async () => [...line.versions.values()], load }
  const { model, clock } = line.shop
  return new JournalFollower({ log, versions, model, clock, onError: (error) => line.errors.push(error) })
}
