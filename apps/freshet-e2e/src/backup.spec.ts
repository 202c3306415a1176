import { writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Event } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { partitionStatus } from '@freshet/materialize'
import { call } from '@freshet/service'
import { type House, openHouse, settingsOf } from './house.fixture'
import { eventsOf, openDataSet } from './log-reader.fixture'
import { type Ended, runFreshet } from './processes.fixture'

const EVENTS = 4000
const AT_ONCE = 3000
const START_MS = Date.UTC(2025, 0, 1)
const MAPPING = 'columns: { id: event_id, user: user_id, item: item_id, type: type, time: time_ms }\n'
const file = Array.from({ length: EVENTS }, (_, i) =>
  Event.fromPartial({
    eventId: `e${i}`,
    userId: `reader-${i % 97}`,
    itemId: `item-${i % 211}`,
    type: 'click',
    timeMs: START_MS + i * 1000,
  }),
)

/** An import that is under way for as long as it is wanted: most of the file at once, then an event now and then. */
function slowImport({ ingest }: House) {
  const hurry = new AbortController()
  const run = async (): Promise<void> => {
    const { replayId } = await call(ingest, 'openReplay', { source: 'events:file.csv' })
    const stream = ingest.replay()
    const answers = stream[Symbol.asyncIterator]()
    const send = async (events: readonly Event[]): Promise<void> => {
      stream.write({ replayId, correlation: 0, events: [...events] })
      await answers.next()
    }
    await send(file.slice(0, AT_ONCE))
    let sent = AT_ONCE
    for (; sent < EVENTS && !hurry.signal.aborted; sent++) {
      await send([file[sent]])
      await pause(100)
    }
    if (sent < EVENTS) await send(file.slice(sent))
    stream.end()
    await call(ingest, 'closeReplay', { replayId })
  }
  const ended = run()
  ended.catch(() => undefined) // seen by whoever ends it
  return {
    end: () => {
      hurry.abort()
      return ended
    },
  }
}

describe('a data set that is backed up while a file is imported into it', () => {
  let house: House
  const freshet = (...args: string[]): Promise<Ended> => runFreshet(args, { cwd: house.directory.path, env: settingsOf(house) })
  const stored = async (): Promise<Map<string, string>> => {
    await using dataSet = await openDataSet(house.data, 'again')
    return new Map((await eventsOf(dataSet)).map(({ partition, offset, record }) => [`${partition}/${offset}`, record.eventId]))
  }

  beforeAll(async () => {
    house = await openHouse()
    const rows = file.map(({ eventId, userId, itemId, type, timeMs }) => [eventId, userId, itemId, type, timeMs].join(','))
    await writeFile(house.directory.within('file.csv'), ['id,user,item,type,time', ...rows, ''].join('\n'))
    await writeFile(house.directory.within('mapping.yaml'), MAPPING)
  })
  afterAll(() => house[Symbol.asyncDispose]())

  it('is copied into a folder in the middle of it, and never over another', async () => {
    const importing = slowImport(house)
    const ended = await freshet('backup', 'monday', '--json')
    await importing.end()
    expect([ended.code, JSON.parse(ended.stdout)]).toEqual([0, expect.objectContaining({ name: 'default', log: 'embedded' })])
    expect((await freshet('backup', 'monday')).code).toBe(4)
  })

  it('is restored under another name, file by file, and never over another', async () => {
    expect((await freshet('restore', 'monday', '--data', 'again')).stderr).toMatch(/of \d+: log\/events\/data.mdb/)
    expect((await freshet('restore', 'monday')).code).toBe(4)
  })

  it('is what a twin says, once restored', async () => {
    const ended = await freshet('verify', '--data', 'again', '--json')
    expect([ended.code, JSON.parse(ended.stdout)]).toEqual([0, expect.objectContaining({ isEqual: true })])
  })

  it('takes the file again where it stopped: no event is lost, and none counts twice', async () => {
    const before = (await stored()).size
    expect([before >= AT_ONCE, before < EVENTS]).toEqual([true, true]) // it was in the middle
    expect((await freshet('import', 'events', 'file.csv', '--mapping', 'mapping.yaml', '--data', 'again')).code).toBe(0)
    expect([...new Set((await stored()).values())].sort()).toEqual(file.map(({ eventId }) => eventId).sort())
    await using dataSet = await openDataSet(house.data, 'again')
    const partitions = [...Array(dataSet.log.partitions(TOPICS.events)).keys()]
    const folds = await Promise.all(partitions.map((partition) => partitionStatus(dataSet.log, dataSet.store, partition)))
    const published = await Promise.all(partitions.map((partition) => dataSet.log.next({ topic: TOPICS.examples, partition })))
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect([sum(folds.map(({ state }) => state.groups)), sum(published)]).toEqual([EVENTS, EVENTS]) // an example each, and each once
  })

  it('is what a twin says after that, too', async () => {
    expect((await freshet('verify', '--data', 'again')).stdout).toMatch(/^equal after step \d+/)
  })
})
