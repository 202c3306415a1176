import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { appendRecord, assertNew, failedRecord, figuresOf, readRecords, type SeedRecord } from './seed-record'

const nothing = { lost: 0, doubled: 0, digestsDiffering: 0, featuresDiffering: 0 }
const record = (facts: Partial<SeedRecord>): SeedRecord => ({
  seed: 1,
  engine: 'embedded',
  faults: 20,
  ...nothing,
  hotMs: [],
  coldMs: [],
  othersShare: 0.02,
  ...facts,
})

describe('the file in which runs add up', () => {
  let directory: TemporaryDirectory

  beforeEach(async () => void (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  it('gives back what was added, over any number of runs', () => {
    const file = directory.within('faults.jsonl')
    const records = [record({ seed: 1 }), record({ seed: 2, engine: 'kafka-redis', lost: 3, hotMs: [1200.5] })]
    expect(readRecords(file)).toEqual([])
    for (const each of records) appendRecord(file, each)
    expect(readRecords(file)).toEqual(records)
  })
})

describe('the figures of all seeds', () => {
  it('add up faults and what is wrong, and hold recoveries against their goals', () => {
    const figures = figuresOf([record({ hotMs: [1000, 1100], lost: 1 }), record({ doubled: 2, hotMs: [1500], coldMs: [4000] })])
    const values = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]))
    expect(values).toMatchObject({
      faults: 40,
      lost: 1,
      doubled: 2,
      digests_differing: 0,
      features_differing: 0,
      cold_recovery_p99_ms: 4000,
    })
    expect(values.recovery_p99_ms).toBeCloseTo(1492)
    expect(figures.recovery_p99_ms.goal?.text).toBe('≤ 2000')
  })

  it('judge even a quick run by what must be 0', () => {
    const { lost, doubled, digests_differing: digests, features_differing: features } = figuresOf([record({})])
    for (const figure of [lost, doubled, digests, features])
      expect([figure.goal?.holds(0), figure.goal?.holds(1), figure.isJudgedQuick]).toEqual([true, false, true])
  })

  it('judge recoveries of a quiet machine alone, and show those of all beside them', () => {
    const busy = { hotMs: [9000], coldMs: [20_000] }
    const records = [record({ hotMs: [1000] }), record({ ...busy, othersShare: 0.6 }), record({ ...busy, othersShare: undefined, lost: 1 })]
    const figures = figuresOf(records)
    expect([figures.quiet_seeds.value, figures.quiet_seeds.unit]).toEqual([1, 'of 3 seeds'])
    expect([figures.recovery_p99_ms.value, figures.cold_recovery_p99_ms.value]).toEqual([1000, null])
    expect([figures.recovery_all_p99_ms.value, figures.cold_recovery_all_p99_ms.value]).toEqual([9000, 20_000])
    expect([figures.recovery_all_p99_ms.goal, figures.lost.value]).toEqual([undefined, 1])
  })

  it('tell in how many seeds the log has let go of its beginning, and of how much', () => {
    const { retention_seeds: seeds, released } = figuresOf([record({}), record({ released: 1200 }), record({ released: 300 })])
    expect([seeds.value, seeds.unit, released.value]).toEqual([2, 'of 3 seeds', 1500])
  })

  it('say nothing of a recovery that was not measured', () => {
    expect(figuresOf([record({})]).recovery_p99_ms.value).toBeNull()
  })
})

describe('a siege that did not come to its end', () => {
  const failed = failedRecord({ seed: 70, engine: 'kafka-redis' }, new Error('the trainer did not end'))

  it('stands in the file, and is told', () => {
    expect(failed).toMatchObject({ seed: 70, faults: 0, failed: 'the trainer did not end' })
    const { failed_seeds: figure, faults } = figuresOf([record({}), failed])
    expect([figure.value, figure.goal?.holds(1), figure.isJudgedQuick, faults.value]).toEqual([1, false, true, 20])
  })

  it('may be tried again, where one that was judged may not be', () => {
    const records = [failed, record({ seed: 3 })]
    expect(() => assertNew(records, { seed: 70, engine: 'kafka-redis' })).not.toThrow()
    expect(() => assertNew(records, { seed: 3, engine: 'kafka-redis' })).not.toThrow()
    expect(() => assertNew(records, { seed: 3, engine: 'embedded' })).toThrow('seed 3 has been counted on embedded')
  })
})

describe('a thousand faults', () => {
  it('are what is asked for, and how many recoveries a quantile is of is said', () => {
    const { faults, recoveries, cold_recoveries: cold } = figuresOf([record({ faults: 1000, hotMs: [1, 2], coldMs: [3] })])
    expect([faults.goal?.holds(1000), faults.goal?.holds(999), recoveries.value, cold.value]).toEqual([true, false, 2, 1])
  })
})
