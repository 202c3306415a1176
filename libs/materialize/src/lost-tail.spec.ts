import { FoldState } from '@freshet/contracts'
import { type Partition, TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import { FOLD_KEY } from './load-partition'
import { LogHouse } from './log-house.fixture'
import { eventRecord } from './records.fixture'
import { askForRestoration, restorePartition } from './restore-partition'
import { NO_SNAPSHOTS } from './snapshot-shelf'

const SOURCE = partitionOf('u', 2)
const TARGET = 1 - SOURCE
const EVENTS = { topic: TOPICS.events, partition: SOURCE }
const TOUCHES = { topic: TOPICS.touches, partition: TARGET }
const EXAMPLES = { topic: TOPICS.examples, partition: SOURCE }

/** Items of the partition that the user's events touch. */
const [OLD, LOST, FRESH] = Array.from({ length: 99 }, (_, i) => `i${i}`).filter((id) => partitionOf(id, 2) === TARGET)

const bought = (itemId: string, times: number, timeMs: number) =>
  Array.from({ length: times }, (_, i) =>
    eventRecord({ eventId: `${itemId}-${i}-${timeMs}`, userId: 'u', itemId, type: 'purchase', timeMs }),
  )

/** What is left of a house whose brokers have lost a partition's records from `from` on: its store has folded them. */
async function without(of: Partition, from: number, { log, store }: LogHouse): Promise<LogHouse> {
  const left = new LogHouse()
  left.store = store
  for (const topic of [TOPICS.events, TOPICS.touches, TOPICS.catalog, TOPICS.examples])
    for (const partition of [SOURCE, TARGET]) {
      const records = await log.read({ topic, partition }, 0, { records: 1e6 })
      const isHit = topic === of.topic && partition === of.partition
      await left.log.append({ topic, partition }, isHit ? records.slice(0, from) : records)
    }
  return left
}

/** Folds all there is, and forgets what was published, as a partition at rest does. */
async function rest(house: LogHouse): Promise<void> {
  const folders = await house.load()
  for (let records = 1; records > 0;) {
    records = 0
    for (const folder of folders) records += await folder.step()
  }
  for (const folder of folders) if (folder.isOutboxStale) await folder.forgetPublished()
}

const scopeOf = ({ log, store }: LogHouse, partition: number) => ({ log, store, partition, shelf: NO_SNAPSHOTS, aheadForMs: 10_000 })

/** As whoever folds a partition does where something is wrong with it. */
async function mend(house: LogHouse): Promise<void> {
  for (const partition of [SOURCE, TARGET]) await restorePartition(scopeOf(house, partition))
  await house.drain()
}

/** As `freshet repair <partition> --from-log` does. */
async function repair(house: LogHouse, partition: number): Promise<void> {
  await askForRestoration(scopeOf(house, partition), 'log')
  await mend(house)
}

const counted = (house: LogHouse, ...ids: string[]): Promise<(number | undefined)[]> =>
  Promise.all(ids.map(async (id) => (await house.item(id))?.events))

async function folded({ store }: LogHouse): Promise<number> {
  const [value] = await store.read(SOURCE, [FOLD_KEY])
  return FoldState.decode(value ?? new Uint8Array()).folded
}

describe('a partition of `events` whose brokers lost the tail, and which has gone on', () => {
  const house = async (): Promise<LogHouse> => {
    const before = new LogHouse()
    await before.append(...bought(OLD, 20, 1), ...bought(LOST, 30, 1))
    await rest(before)
    const left = await without(EVENTS, 20, before)
    await left.append(...bought(FRESH, 40, 2))
    await mend(left)
    return left
  }

  it('tells users what the log says now, all of it', async () => {
    expect(await folded(await house())).toBe(60)
  })

  it('gives as many new events as were lost no touch and no example, since those that were lost have their numbers', async () => {
    const left = await house()
    expect(await counted(left, OLD, LOST, FRESH)).toEqual([20, 30, 10])
    const examples = await left.examples(SOURCE)
    expect(examples.map(({ sourceOffset }) => sourceOffset)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(examples.filter(({ timeMs }) => timeMs === 2)).toHaveLength(10)
  })

  it('comes to the same from the log alone: a check finds nothing, and a repair changes nothing', async () => {
    const left = await house()
    const twin = new LogHouse({ log: left.log })
    await twin.drain()
    expect(await counted(twin, OLD, LOST, FRESH)).toEqual([20, 30, 10])
    await repair(left, SOURCE)
    await repair(left, TARGET)
    expect(await counted(left, OLD, LOST, FRESH)).toEqual([20, 30, 10])
    expect((await left.examples(SOURCE)).filter(({ timeMs }) => timeMs === 2)).toHaveLength(10)
  })
})

describe('what follows from events, where brokers lost the tail of it', () => {
  const house = async (of: Partition, from: number): Promise<LogHouse> => {
    const before = new LogHouse()
    await before.append(...bought(OLD, 50, 1))
    await rest(before)
    const left = await without(of, from, before)
    await mend(left)
    return left
  }

  it('is written again by a repair of its sources: touches, as long as nothing newer has arrived from those', async () => {
    const left = await house(TOUCHES, 20)
    expect(await counted(left, OLD)).toEqual([20])
    await repair(left, SOURCE)
    expect(await counted(left, OLD)).toEqual([50])
  })

  it('is lost for items where something newer has arrived before the repair', async () => {
    const left = await house(TOUCHES, 20)
    await left.append(...bought(OLD, 1, 2))
    await left.drain()
    await repair(left, SOURCE)
    expect(await counted(left, OLD)).toEqual([21])
  })

  it('is written again, to the same bytes: examples beyond the last that is left', async () => {
    const whole = new LogHouse()
    await whole.append(...bought(OLD, 50, 1))
    await whole.drain()
    const left = await house(EXAMPLES, 20)
    expect(await left.examples(SOURCE)).toHaveLength(20)
    await repair(left, SOURCE)
    expect((await left.examples(SOURCE)).map(({ sourceOffset, ordinal }) => [sourceOffset, ordinal])).toEqual(
      (await whole.examples(SOURCE)).map(({ sourceOffset, ordinal }) => [sourceOffset, ordinal]),
    )
  })
})
