import { FoldedLog } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { partitionOf, systemClock } from '@freshet/kernel'
import { type PositionVector, type Put, START } from '@freshet/online-store'
import { foldedOf, FOLDED_KEY, whyOtherLog } from './folded-log'
import { LogHouse } from './log-house.fixture'
import { eventRecord, tickRecord } from './records.fixture'
import { restorePartition, type RestoreScope } from './restore-partition'
import { runFolders } from './run-folders'
import { NO_SNAPSHOTS, type SnapshotShelf, type StoredSnapshot } from './snapshot-shelf'

const PARTITION = partitionOf('u', 2)
const EVENTS = { topic: TOPICS.events, partition: PARTITION }
const bought = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    eventRecord({ eventId: `e${from + i}`, userId: 'u', itemId: 'i', type: 'purchase', timeMs: 1 }),
  )
const ticks = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => tickRecord(from + i))

/** A house whose log begins as another's did, beside the store of that one, which has folded more. */
async function restored(shared = 20, more = 30): Promise<LogHouse> {
  const before = new LogHouse()
  await before.append(...bought(0, shared + more))
  await before.drain()
  const house = new LogHouse()
  house.store = before.store
  await house.append(...bought(0, shared))
  return house
}

const scopeOf = ({ log, store }: LogHouse, more: Partial<RestoreScope> = {}): RestoreScope => ({
  ...{ log, store, partition: PARTITION, shelf: NO_SNAPSHOTS },
  ...more,
})

const eventsAt = async (house: LogHouse): Promise<number> => (await house.store.positions(PARTITION)).events

async function foldedUsers(house: LogHouse): Promise<unknown> {
  const all = await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })
  const kept = all.filter(({ key }) => key !== FOLDED_KEY) // a twin sends the touches once more, which count once
  return Object.fromEntries(kept.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]))
}

/** What a store has that never was beside another log. */
async function expected(house: LogHouse): Promise<unknown> {
  const twin = new LogHouse({ log: house.log })
  await twin.drain()
  return foldedUsers(twin)
}

/** Shelves that hold these, the latest first. */
function shelfOf(...snapshots: StoredSnapshot[]): SnapshotShelf & { readonly aside: PositionVector[] } {
  const aside: PositionVector[] = []
  return {
    ...NO_SNAPSHOTS,
    aside,
    newest: async () => snapshots[0],
    kept: async () => snapshots.map(({ positions }) => positions),
    setAside: async (_, positions) => {
      aside.push(positions)
      snapshots.shift()
    },
  }
}

async function snapshotOf(house: LogHouse): Promise<StoredSnapshot> {
  const puts: readonly Put[] = await house.store.scan(PARTITION, { prefix: '', limit: 1e6 })
  const { lineage: _, ...positions } = await house.store.positions(PARTITION)
  return { positions, entries: async function* () { yield puts } } // prettier-ignore
}

describe('a store beside a log that was brought back from a backup', () => {
  it('is made anew where that log has grown past it: what was accepted since is folded, all of it', async () => {
    const house = await restored()
    await house.append(...bought(100, 140), ...ticks(5000, 5060))
    await new LogHouse({ log: house.log }).drain() // its touches have grown past the store, too
    const { log, store, dictionary } = house
    const clock = { ...systemClock, sleep: async () => void (await new Promise(setImmediate)) }
    await using _ = await runFolders({ log, store, dictionary, clock, member: 'one', onTrouble: () => undefined })
    const end = await log.next(EVENTS)
    while ((await eventsAt(house)) < end || (await house.store.outbox(PARTITION, 1)).length > 0) await new Promise(setImmediate)
    const examples = await house.examples(PARTITION)
    expect(new Set(examples.map(({ sourceOffset }) => sourceOffset)).size).toBe(60)
    expect(await foldedUsers(house)).toEqual(await expected(house))
    expect(await house.examples(PARTITION)).toEqual(examples)
  })

  it('is made anew though it contains no more than that log does, where the log is of another generation', async () => {
    const house = new LogHouse()
    house.generation = 'first'
    await house.append(...bought(0, 20))
    await house.drain()
    const at = await eventsAt(house)
    expect(await restorePartition(scopeOf(house, { generation: 'first' }))).toBeUndefined()
    expect(await restorePartition(scopeOf(house, { generation: 'second' }))).toEqual(START)
    expect(await restorePartition(scopeOf(house, { generation: 'second' }))).toBeUndefined()
    house.generation = 'second'
    await house.drain()
    expect(await eventsAt(house)).toBe(at)
    expect(await restorePartition(scopeOf(house, { generation: 'second' }))).toBeUndefined()
  })

  it('takes the snapshot that came back with the log, under the generation that the log has now', async () => {
    const house = new LogHouse()
    house.generation = 'first'
    await house.append(...bought(0, 20))
    await house.drain()
    const shelf = shelfOf(await snapshotOf(house))
    const { positions } = await snapshotOf(house)
    await house.append(...bought(20, 30))
    await house.drain()
    expect(await restorePartition(scopeOf(house, { generation: 'second', shelf }))).toEqual(positions)
    expect(shelf.aside).toEqual([])
    const [folded] = await house.store.read(PARTITION, [FOLDED_KEY])
    expect(FoldedLog.decode(folded ?? new Uint8Array())).toMatchObject({ generation: 'second', events: { offset: 19 } })
    expect(await restorePartition(scopeOf(house, { generation: 'second', shelf }))).toBeUndefined()
  })
})

describe('a store that goes beyond the end of its log', () => {
  it('is made anew once that has lasted: a broker that has just taken over may not have heard of the last records yet', async () => {
    const house = await restored()
    expect(await restorePartition(scopeOf(house, { aheadForMs: 9999 }))).toBeUndefined()
    expect(await eventsAt(house)).toBe(50)
    expect(await restorePartition(scopeOf(house, { aheadForMs: 10_000 }))).toEqual(START)
    await house.drain()
    expect(await eventsAt(house)).toBe(20)
  })

  it('is left alone where the log has the same records again', async () => {
    const house = await restored()
    await house.append(...bought(20, 55))
    await new LogHouse({ log: house.log }).drain() // its touches, too
    expect(await restorePartition(scopeOf(house))).toBeUndefined()
    expect(await eventsAt(house)).toBe(50)
  })

  it('stands where neither a snapshot nor the log reaches back, says so, and loses nothing', async () => {
    const house = await restored()
    await house.append(...bought(100, 140))
    await house.log.trim(EVENTS, 1)
    const stands = restorePartition(scopeOf(house))
    await expect(stands).rejects.toMatchObject({ code: 'PRECONDITION' })
    await expect(stands).rejects.toThrow(
      `partition ${PARTITION} of the store was folded from another log: events/${PARTITION} has another record at 49, and neither a snapshot`,
    )
    expect(await eventsAt(house)).toBe(50)
  })

  it('has snapshots of another log set aside, and takes the first of its own', async () => {
    const house = await restored()
    const foreign = await snapshotOf(house)
    const early = new LogHouse()
    await early.append(...bought(0, 10))
    await early.drain()
    const own = await snapshotOf(early)
    await house.append(...bought(100, 140))
    await new LogHouse({ log: house.log }).drain() // the touches that the log had, too
    const shelf = shelfOf(foreign, own)
    expect(await restorePartition(scopeOf(house, { shelf }))).toEqual(own.positions)
    expect(shelf.aside).toEqual([foreign.positions])
  })

  it('leaves snapshots where they are that only go beyond an end which it does not', async () => {
    const house = await restored()
    const shelf = shelfOf(await snapshotOf(house))
    house.forgetStore()
    expect(await restorePartition(scopeOf(house, { shelf }))).toBeUndefined()
    expect(shelf.aside).toEqual([])
    await house.append(...bought(100, 140))
    expect(await restorePartition(scopeOf(house, { shelf }))).toBeUndefined()
    expect(shelf.aside).toHaveLength(1) // now it can be told
  })
})

describe('whether a state is of the log at hand', () => {
  const record = (offset: number) => ({ offset, checksum: new Uint8Array(8) })
  const why = ({ log }: LogHouse, folded: Partial<FoldedLog>) => whyOtherLog({ log, partition: PARTITION }, FoldedLog.fromPartial(folded))

  it('follows from the last record of each topic, its key included', async () => {
    const [one, other] = [new LogHouse(), new LogHouse()]
    const value = Uint8Array.of(1)
    await one.log.append(EVENTS, [{ key: 'a', value }])
    await other.log.append(EVENTS, [{ key: 'b', value }])
    await one.drain()
    const folded = await foldedOf(await snapshotOf(one))
    expect(await why(one, folded ?? {})).toBeUndefined()
    expect(await why(other, folded ?? {})).toContain(`events/${PARTITION} has another record at 0`)
  })

  it('is not known of what was trimmed, or is not written yet', async () => {
    const house = new LogHouse()
    await house.append(...bought(0, 5))
    expect(await why(house, { events: record(5) })).toBeUndefined()
    await house.log.trim(EVENTS, 3)
    expect(await why(house, { events: record(2) })).toBeUndefined()
    expect(await why(house, { events: record(3) })).toContain('another log')
  })

  it('is not known of an entry of the catalogue that a broker has compacted away, and of an event that is missing it is', async () => {
    const house = new LogHouse()
    const gaps = { ...house.log, next: async () => 9, read: async () => [{ offset: 4, key: '', value: new Uint8Array(1) }] }
    const of = (folded: Partial<FoldedLog>) => whyOtherLog({ log: gaps, partition: PARTITION }, FoldedLog.fromPartial(folded))
    expect(await of({ catalog: record(3) })).toBeUndefined()
    expect(await of({ events: record(3) })).toContain('another record at 3')
  })
})
