import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'
import { call, type Runtime } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type House, openHouse } from './house.fixture'
import { eventsOf, examplesOf, openDataSet } from './log-reader.fixture'
import { acknowledgements, clicks, learned, recommend, send, stock } from './shop.fixture'
import { openSmallDisk, type SmallDisk } from './small-disk.fixture'
import { twinOf } from './twin.fixture'

const DISK_BYTES = 96 << 20
const BATCH = 200

const WRITERS = ['ingest', 'feature-store', 'trainer', 'ranker'] as const

/** The services that are up. */
const pidsOf = ({ fleet }: House): number[] => WRITERS.flatMap((service) => fleet.pid(service) ?? [])

/** Sends clicks batch by batch until one is refused; says by which code, and whether it may be sent again. */
async function sendUntilRefused(house: House, accepted: Set<string>): Promise<{ code: string; retryable: boolean }> {
  for (let sent = 0; sent < 200_000; sent += BATCH) {
    const batch = clicks(accepted.size, BATCH)
    const outcomes = await acknowledgements(house.ingest, batch).catch((error: unknown) => error as { code: string; retryable: boolean })
    if (!Array.isArray(outcomes)) return outcomes
    outcomes.forEach(({ outcome }, i) => outcome?.$case === 'accepted' && accepted.add(batch[i].eventId))
    const refused = outcomes.find(({ outcome }) => outcome?.$case === 'rejected')?.outcome
    if (refused?.$case === 'rejected') return refused.rejected
  }
  throw new UnavailableError('a refusal', 'make the disk smaller')
}

describe('a reserve of the disk that is used up', () => {
  it('lets nothing more in, by a typed error that may be repeated, while everything else goes on', async () => {
    await using house = await openHouse({ environment: { FRESHET_DISK_FREE_BYTES_MIN: String(2 ** 52) } })
    await expect(call(house.ingest, 'append', { events: clicks(0, 1) })).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true })
    await expect(call(house.ingest, 'upsertItems', { items: [] })).rejects.toMatchObject({ code: 'DISK_FULL' })
    const { diskFreeBytes, diskFreeBytesMin } = await call(house.ingest, 'getStatus', {})
    expect(diskFreeBytes).toBeLessThan(diskFreeBytesMin)
    expect((await call(house.trainer, 'checkpoint', {})).version).toMatch(/./)
    expect((await recommend(house, { userId: 'ada' })).items).toEqual([])
  })
})

describe('a disk that is full', () => {
  let disk: SmallDisk
  let house: House
  let dataSet: Runtime
  const accepted = new Set<string>()

  beforeAll(async () => {
    disk = await openSmallDisk(DISK_BYTES)
    const data = join(disk.path, 'data')
    house = await openHouse({ data, environment: { FRESHET_DISK_FREE_BYTES_MIN: '0', FRESHET_TRAINER_VERSION_EVERY_STEPS: '40' } })
    dataSet = await openDataSet(data)
    await stock(house)
    for (const { eventId } of clicks(0, 100)) accepted.add(eventId)
    await send(house, clicks(0, 100))
    await learned(house)
  })
  afterAll(async () => {
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
    await disk[Symbol.asyncDispose]()
  })

  it('stops acceptance with a typed error that may be repeated; services stay up and answer', async () => {
    await disk.fill(256 << 10, pidsOf(house))
    expect(await sendUntilRefused(house, accepted)).toMatchObject({ code: 'DISK_FULL', retryable: true })
    expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
    expect((await call(house.ingest, 'getStatus', {})).accepted).toBeGreaterThanOrEqual(100)
    expect(pidsOf(house)).toHaveLength(WRITERS.length)
  })

  it('goes on by itself once there is room: nothing that was acknowledged is lost, and nothing counts twice', async () => {
    await disk.free(pidsOf(house))
    const more = clicks(accepted.size, 100)
    await eventually('acceptance', async () => {
      const outcomes = await acknowledgements(house.ingest, more)
      return outcomes.every(({ outcome }) => outcome?.$case === 'accepted')
    })
    for (const { eventId } of more) accepted.add(eventId)
    await learned(house)
    const sources = new Map((await eventsOf(dataSet)).map(({ partition, offset, record }) => [`${partition}/${offset}`, record.eventId]))
    expect([...new Set(sources.values())].filter((id) => accepted.has(id)).sort()).toEqual([...accepted].sort())
    const examples = (await examplesOf(dataSet)).map(({ partition, record }) => sources.get(`${partition}/${record.sourceOffset}`))
    expect(new Set(examples).size).toBe(examples.length)
    expect([...accepted].filter((id) => !examples.includes(id))).toEqual([])
  })

  it('leaves a state whose SHA-256 is that of a twin', async () => {
    const { step, digest } = await call(house.trainer, 'checkpoint', {})
    expect(await twinOf(dataSet, { step })).toMatchObject({ step, digest })
  })
})

describe('a disk on which not a byte is left a moment after a data set was made', () => {
  it('ends no service: what was never written to is refused as well, and there once there is room', async () => {
    await using disk = await openSmallDisk(DISK_BYTES)
    await using house = await openHouse({ data: join(disk.path, 'data'), environment: { FRESHET_DISK_FREE_BYTES_MIN: '0' } })
    const pids = pidsOf(house)
    await send(house, clicks(0, 1))
    await disk.fill(0, pids)
    const accepted = new Set<string>()
    expect(await sendUntilRefused(house, accepted)).toMatchObject({ code: 'DISK_FULL', retryable: true })
    const [malformed] = clicks(1, 1) // the first letter to be laid down: its topic is made now
    const letters = await acknowledgements(house.ingest, [{ ...malformed, type: 'no such type' }]).catch((error: unknown) => error)
    expect(JSON.stringify(letters)).toMatch(/INVALID_FIELD|DISK_FULL/)
    for (let asked = 0; asked < 20; asked++) await call(house.ingest, 'getStatus', {})
    await eventually('the trainer', async () => (await call(house.trainer, 'getStatus', {})) !== undefined)
    expect(pidsOf(house)).toEqual(pids)
    await disk.free(pids)
    const more = clicks(accepted.size, 50)
    await eventually('acceptance', async () => {
      const outcomes = await acknowledgements(house.ingest, more)
      return outcomes.every(({ outcome }) => outcome?.$case === 'accepted')
    })
    await learned(house)
    expect(pidsOf(house)).toEqual(pids)
  })
})
