import { writeFileSync } from 'node:fs'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { ENCOUNTERS, sumOf } from '@freshet/faults/simulator'
import { appendRange, assertApart, figuresOf, type RangeRecord, readRanges } from './seed-range'

const tally = { ...sumOf(), claims: 3 }
const record = (facts: Partial<RangeRecord>): RangeRecord => ({
  from: 1,
  to: 10,
  violations: 0,
  actions: 4000,
  seconds: 2,
  tally,
  ...facts,
})

describe('the file in which ranges of seeds add up', () => {
  let directory: TemporaryDirectory

  beforeEach(async () => void (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  it('gives back what was added, over any number of runs', () => {
    const file = directory.within('simulate.jsonl')
    const records = [record({}), record({ from: 11, to: 12, violations: 1 })]
    expect(readRanges(file)).toEqual([])
    for (const each of records) appendRange(file, each)
    expect(readRanges(file)).toEqual(records)
  })
})

describe('a file that an earlier version began', () => {
  it('adds up though its lines tell of fewer encounters, or of none', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within('simulate.jsonl')
    const { tally: _, ...untold } = record({})
    writeFileSync(file, `${JSON.stringify(untold)}\n${JSON.stringify({ ...untold, from: 11, to: 20, tally: { grants: 2 } })}\n`)
    appendRange(file, record({ from: 21, to: 30 }))
    const { seeds, grants, claims, kills } = figuresOf(readRanges(file))
    expect([seeds, grants, claims, kills].map(({ value }) => value)).toEqual([30, 2, 3, 0])
  })
})

describe('a range of seeds', () => {
  const counted = [record({}), record({ from: 21, to: 30 })]

  it.each([
    [10, 10],
    [5, 15],
    [1, 40],
    [22, 23],
    [30, 31],
  ])('from %i to %i is refused where part of it has been counted', (from, to) => {
    expect(() => assertApart(counted, { from, to })).toThrow(/seeds (1\.\.10|21\.\.30) have been counted/)
  })

  it('is told where to go on', () => {
    expect(() => assertApart(counted, { from: 1, to: 10 })).toThrow('go on with 31..40')
  })

  it.each([
    [11, 20],
    [31, 40],
  ])('from %i to %i is new', (from, to) => {
    expect(() => assertApart(counted, { from, to })).not.toThrow()
  })
})

describe('the figures of all ranges', () => {
  it('add up seeds, actions, seconds and broken rules', () => {
    const figures = figuresOf([record({}), record({ from: 11, to: 40, actions: 20_000, seconds: 8, violations: 2 })])
    const values = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]))
    expect(values).toEqual({
      violations: 2,
      seeds: 40,
      seeds_per_s: 4,
      actions_per_seed: 600,
      actions_min: null,
      faults_min: null,
      never_met: ENCOUNTERS.length - 1,
      ...sumOf(tally, tally),
    })
    expect(values.claims).toBe(6)
  })

  it('are held to a million seeds without a broken rule', () => {
    const { violations, seeds } = figuresOf([record({})])
    expect([violations.goal?.holds(0), violations.goal?.holds(1), violations.isJudgedQuick]).toEqual([true, false, true])
    expect([seeds.goal?.holds(1_000_000), seeds.goal?.holds(999_999), seeds.isJudgedQuick ?? false]).toEqual([true, false, false])
  })

  it('are held to have met everything that can be met', () => {
    const { claims, grants } = figuresOf([record({})])
    expect([claims.value, claims.goal?.holds(3), grants.value, grants.goal?.holds(0), grants.isJudgedQuick]).toEqual([
      3,
      true,
      0,
      false,
      true,
    ])
  })

  it('say how much was never met, which is to be nothing', () => {
    const all = Object.fromEntries(ENCOUNTERS.map((each) => [each, 1])) as typeof tally
    const [whole, lacking] = [record({ tally: all }), record({ tally: { ...all, grants: 0, forgets: 0 } })].map(
      (each) => figuresOf([each]).never_met,
    )
    expect([whole.value, lacking.value]).toEqual([0, 2])
    expect([lacking.goal?.holds(0), lacking.goal?.holds(1), lacking.isJudgedQuick]).toEqual([true, false, true])
  })

  it('say nothing of speed before the first seed', () => {
    expect(figuresOf([]).seeds_per_s.value).toBeNull()
  })
})

describe('the seed that had least', () => {
  it('is judged over all ranges: two hundred actions, three faults', () => {
    const figures = figuresOf([
      record({ least: { actions: 250, faults: 3 } }),
      record({ from: 11, to: 12, least: { actions: 199, faults: 4 } }),
    ])
    expect(figures).toMatchObject({ actions_min: { value: 199 }, faults_min: { value: 3 } })
    expect(figures.actions_min.goal?.holds(199)).toBe(false)
    expect(figures.faults_min.goal?.holds(3)).toBe(true)
  })

  it('is unknown where nobody counted', () => {
    expect(figuresOf([record({})])).toMatchObject({ actions_min: { value: null }, faults_min: { value: null } })
  })
})
