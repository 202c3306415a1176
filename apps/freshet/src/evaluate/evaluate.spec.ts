import { CatalogRecord, Event, EventRecord, Item } from '@freshet/contracts'
import { openMemoryLog } from '@freshet/event-log/memory'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { partitionOf, randomBelow } from '@freshet/kernel'
import { compileOnnx } from '@freshet/onnx'
import { silentProgress } from '../import/progress'
import { evaluate } from './evaluate'
import { type History, readHistory } from './history'

const dictionary = compileDictionary(builtInDictionary('movielens'))
const VISIT = 6
const ITEMS = 30

/** Each user dislikes one item, then likes the same five as everybody: lists can only get better. */
function ratingAt(i: number): Event {
  const user = Math.floor(i / VISIT)
  const place = i % VISIT
  const item = place === 0 ? VISIT + randomBelow(ITEMS - VISIT, 1, user, 0) : place
  const value = place === 0 ? 1 : 5
  return Event.create({ userId: `u${user}`, itemId: `i${item}`, type: 'rating', value, timeMs: 1e12 + i * 1000, eventId: `e${i}` })
}

const historyOf = (count: number): History => ({
  catalog: Array.from({ length: ITEMS }, (_, i) =>
    CatalogRecord.create({ record: { $case: 'item', item: Item.create({ itemId: `i${i}` }) }, timeMs: 1e12 }),
  ),
  events: Array.from({ length: count }, (_, i) => {
    const event = ratingAt(i)
    return { event, record: EventRecord.create({ record: { $case: 'event', event }, sequence: i }) }
  }),
})

const run = (history: History) => evaluate({ dictionary, history, compile: compileOnnx(), progress: silentProgress })

describe('an evaluation', () => {
  it('tries each liked event of the last fifth of users who have a history, and holds lists against popularity and chance', async () => {
    const history = historyOf(200)
    const found = await run(history)
    const wanted = history.events.slice(160).filter(({ event }) => event.value === 5)
    expect(found).toMatchObject({ events: 200, learnedFirst: 160, labels: 40 })
    for (const quality of [found.freshet, found.popularity, found.random]) expect(quality.trials).toBe(wanted.length)
    expect(found.random.hitRate).toBeGreaterThan(10 / ITEMS)
    expect(found.popularity.hitRate).toBe(1)
    expect(found.freshet.hitRate).toBeGreaterThan(found.random.hitRate)
    expect(found.auc).toBeGreaterThanOrEqual(0)
  }, 60_000)

  it('makes no trial of what the user has consumed before', async () => {
    const again = historyOf(50)
    const first = again.events[0].event
    const repeated = again.events.map(({ record }, i) => {
      const event = i >= 40 ? { ...first, timeMs: 1e12 + i * 1000, eventId: `again${i}` } : ratingAt(i)
      return { event, record: { ...record, record: { $case: 'event' as const, event } } }
    })
    expect((await run({ ...again, events: repeated })).freshet.trials).toBe(0)
  }, 60_000)

  it('comes to the same figures each time', async () => {
    const [one, other] = [await run(historyOf(60)), await run(historyOf(60))]
    expect(other).toEqual(one)
  }, 60_000)

  it('refuses an empty data set, and says what to do', async () => {
    await expect(run({ catalog: [], events: [] })).rejects.toThrow('the data set has no events; import some')
  })
})

describe('a history', () => {
  it('is read from all partitions in the order of time, ties in the order of acceptance, without ticks and what came again', async () => {
    await using log = openMemoryLog({ partitions: { events: 4, catalog: 4 } })
    const records = Array.from({ length: 60 }, (_, i) => ({
      sequence: i,
      event: { ...ratingAt(i), timeMs: 1e12 + randomBelow(5, 1, i, 0) },
    }))
    for (const { sequence, event } of records) {
      const partition = partitionOf(event.userId, 4)
      const value = EventRecord.encode(EventRecord.create({ sequence, record: { $case: 'event', event } })).finish()
      const tick = EventRecord.encode(
        EventRecord.create({ record: { $case: 'tick', tick: { timeMs: 9e12, replay: false, closesReplay: false } } }),
      ).finish()
      await log.append({ topic: 'events', partition }, [
        { key: event.userId, value },
        { key: '', value: tick },
        { key: event.userId, value },
      ])
    }
    const { events } = await readHistory(log)
    const expected = [...records].sort((a, b) => a.event.timeMs - b.event.timeMs || a.sequence - b.sequence)
    expect(events.map(({ event }) => event.eventId)).toEqual(expected.map(({ event }) => event.eventId))
  })
})
