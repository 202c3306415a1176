import { type Activity, activityFeature, compress, meanResidual, meanValue } from './activity-features'
import { compileDictionary } from './dictionary'
import type { ItemFeature } from './declared-feature'

const NONE: Activity = { windows: {}, events: 0, valueSum: 0, valueCount: 0, residualSum: 0, firstMs: 0, lastMs: 0, createdMs: 0 }
const PRIOR = { prior: 3, weight: 4 }

/** The number of a declared feature, for an activity at 1,000 ms. */
function measured(yaml: string, facts: Partial<Activity> | undefined): number {
  const { declared } = compileDictionary(`name: t\nevents: { view: {}, buy: {} }\nuser: [{ kind: id, name: u }]\nitem: [${yaml}]`)
  const numbers = new Float32Array(1)
  const feature = declared.item[0] as Extract<ItemFeature, { kind: 'count' | 'rate' | 'mean' | 'bias' | 'since' | 'total' }>
  const activity = facts && { ...NONE, ...facts }
  activityFeature(feature, PRIOR).write({ ids: new Uint32Array(0), numbers }, { slot: 0, number: 0 }, { activity, nowMs: 1000 })
  return numbers[0]
}

describe('a feature of activity', () => {
  it('counts on a logarithmic scale', () => {
    const windows = { n: { buckets: [9, 10], counts: [3, 4], widthMs: 0 } }
    expect(measured('{ kind: count, name: n, events: [view], windowMs: 200, buckets: 2 }', { windows })).toBeCloseTo(Math.log(8), 5)
    expect(measured('{ kind: count, name: n, events: [view], windowMs: 200, buckets: 2, scale: 0.5 }', { windows })).toBeCloseTo(
      Math.log(8) / 2,
      5,
    )
  })

  it('counts in all on a logarithmic scale', () => {
    expect(measured('{ kind: total, name: n }', { events: 9 })).toBeCloseTo(Math.log(10), 5)
  })

  it('is the prior’s deviation from itself, 0, for a rate without events', () => {
    expect(measured('{ kind: rate, name: n, of: [buy], per: [view], windowMs: 100 }', {})).toBeCloseTo(0, 6)
  })

  it('never turns a moment ahead into something large', () => {
    expect(measured('{ kind: since, name: n, unitMs: 10 }', { lastMs: 5000 })).toBe(0)
  })

  it('is 0 for an entity that nobody knows', () => {
    for (const kind of ['total', 'mean', 'bias']) expect(measured(`{ kind: ${kind}, name: n }`, undefined)).toBe(0)
  })
})

describe('means', () => {
  it('move from the prior to what was seen', () => {
    const seen = (count: number): number => meanValue({ valueSum: 5 * count, valueCount: count }, PRIOR)
    expect([meanValue(undefined, PRIOR), seen(0), seen(4), seen(1e9)]).toEqual([3, 3, 4, expect.closeTo(5, 6)])
  })

  it('of residuals move away from 0 slowly', () => {
    expect([meanResidual(undefined, PRIOR), meanResidual({ residualSum: 4, valueCount: 4 }, PRIOR)]).toEqual([0, 0.5])
  })
})

describe('compression', () => {
  it('is ln(1 + x), and 0 below 0', () => {
    expect([-1, 0].map(compress)).toEqual([0, 0])
    for (const x of [1e-9, 1, 1e9]) expect(compress(x)).toBeCloseTo(Math.log1p(x), 9)
  })
})
