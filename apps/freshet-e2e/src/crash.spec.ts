import type { FleetService } from '@freshet/testing'
import { call, type Runtime } from '@freshet/service'
import { eventually } from './eventually.fixture'
import { type Feeder, startFeeder } from './feeder.fixture'
import { type House, openHouse } from './house.fixture'
import { eventsOf, examplesOf, journalOf, openDataSet } from './log-reader.fixture'
import { learned, recommend, status, stock } from './shop.fixture'
import { twinOf } from './twin.fixture'

const SERVICES: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker']

describe('a process that is killed at any moment, and started again', () => {
  let house: House
  let dataSet: Runtime
  let feeder: Feeder

  beforeAll(async () => {
    house = await openHouse({ environment: { FRESHET_TRAINER_VERSIONS_KEPT: '100' } }) // so that the whole journal stays for the twins
    dataSet = await openDataSet(house.data)
    await stock(house)
    feeder = startFeeder(house, 0)
  })
  afterAll(async () => {
    await feeder.stop()
    await dataSet[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
  })

  /** True once something that was accepted after this call has been answered from. */
  const isFresh = async (): Promise<void> => {
    const { ends } = await eventually('ingest', () => call(house.ingest, 'getStatus', {}))
    await eventually('something newer in an answer', async () => {
      const { provenance } = await status(house)
      return provenance?.contains.some((offset, partition) => offset >= (ends[partition] ?? 0))
    })
  }

  it.each(SERVICES)('leaves the loop whole when it is %s', async (service) => {
    const before = feeder.accepted.size
    await eventually('a stream under way', async () => feeder.accepted.size > before + 50)
    expect(await house.fleet.signal(service, 'SIGKILL')).toBe(null)
    await house.fleet.launch(service)
    await isFresh()
    expect((await recommend(house, { userId: 'user-1' })).items).toHaveLength(10)
  })

  it('leaves it whole when all five are killed at once', async () => {
    await Promise.all(SERVICES.map((service) => house.fleet.signal(service, 'SIGKILL')))
    await Promise.all(SERVICES.map((service) => house.fleet.launch(service)))
    await isFresh()
  })

  describe('and afterwards', () => {
    beforeAll(async () => {
      await feeder.stop()
      await learned(house)
    })

    it('has really disturbed the stream', () => {
      expect(feeder.repeated).toBeGreaterThan(0)
      expect(feeder.accepted.size).toBeGreaterThan(500)
    })

    it('has lost no event that was acknowledged: each stands where it was said to stand', async () => {
      const stored = new Map((await eventsOf(dataSet)).map(({ partition, offset, record }) => [`${partition}/${offset}`, record.eventId]))
      const misplaced = [...feeder.accepted].filter(([id, { partition, offset }]) => stored.get(`${partition}/${offset}`) !== id)
      expect(misplaced).toEqual([])
    })

    it('has learned each event once: repeated ones yield one example, repeated examples one step', async () => {
      const sources = new Map((await eventsOf(dataSet)).map(({ partition, offset, record }) => [`${partition}/${offset}`, record.eventId]))
      const identities = new Map<string, string>()
      for (const { partition, record } of await examplesOf(dataSet)) {
        identities.set(`${partition}/${record.sourceOffset}/${record.ordinal}`, sources.get(`${partition}/${record.sourceOffset}`) ?? '')
      }
      expect([...identities.values()].sort()).toEqual([...feeder.accepted.keys()].sort())
    })

    it('has cut each example once, without a gap', async () => {
      const next = new Map<number, number>()
      for (const { record } of (await journalOf(dataSet)).map(({ record }) => record)) {
        for (const { partition, from, to } of record?.$case === 'cut' ? record.cut.ranges : []) {
          expect([partition, from]).toEqual([partition, next.get(partition) ?? 0])
          next.set(partition, to)
        }
      }
      const examples = await examplesOf(dataSet)
      for (const [partition, to] of next) expect(to).toBe(examples.filter((example) => example.partition === partition).length)
    })

    it('has a state whose SHA-256 is that of a twin, from the oldest kept version and from the very first record', async () => {
      const { step, digest } = await call(house.trainer, 'checkpoint', {})
      expect(step).toBeGreaterThan(50)
      const [replayed, reborn] = [await twinOf(dataSet, { step }), await twinOf(dataSet, { step, genesis: true })]
      expect([replayed, reborn].map((twin) => [twin.step, twin.digest])).toEqual([
        [step, digest],
        [step, digest],
      ])
      expect(reborn.steps).toBe(step)
    })
  })
})
