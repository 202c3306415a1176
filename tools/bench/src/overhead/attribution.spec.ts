import { attribute } from './attribution'
import type { Samples, Shares } from './parts'
import type { Slice } from './slice'

const samples = (all: number, outbox = 0, compare = 0): Samples => ({ all, parts: { outbox, compare, chain: 0 } })
const slice = (thread: string, seconds: number, processSeconds: number, more: Partial<Slice> = {}): Slice => ({
  ...{ process: 1, thread, fromMs: 0, toMs: 1000, seconds, processSeconds, laterThreads: {} },
  profile: { nodes: [], startTime: 0, endTime: 0 },
  ...more,
})
const by =
  (...shares: readonly Shares[]) =>
  (slices: readonly Slice[]) =>
    attribute(slices, (one) => shares[slices.indexOf(one)])

describe('the attribution of a process’s CPU', () => {
  it('weighs what threads do by the CPU that each used', () => {
    const shares = [
      { busy: samples(100, 10), writing: samples(0) },
      { busy: samples(100, 0, 50), writing: samples(0) },
    ]
    const { sampled, parts } = by(...shares)([slice('1', 0.6, 0.8), slice('9', 0.2, 0.8)])
    expect(sampled).toBeCloseTo(1)
    expect(parts.outbox).toBeCloseTo(0.075)
    expect(parts.compare).toBeCloseTo(0.125)
  })

  it('gives what the pool used to who has things written, by how much, and what V8’s helpers used to all alike', () => {
    const pooled = slice('1', 0.4, 0.8, { laterThreads: { '5': 0.1, '6': 0.1 } })
    const { sampled, writing, parts } = by({ busy: samples(100, 10), writing: samples(20, 8) })([pooled])
    expect([sampled, writing]).toEqual([expect.closeTo(0.5), expect.closeTo(0.25)])
    expect(parts.outbox).toBeCloseTo(0.75 * 0.1 + 0.25 * 0.4)
  })

  it('takes no thread that is sampled for one of the pool', () => {
    const none = { busy: samples(1), writing: samples(0) }
    const slices = [slice('1', 0.4, 1, { laterThreads: { '9': 0.2, '5': 0.1 } }), slice('9', 0.2, 1)]
    expect(by(none, none)(slices).writing).toBeCloseTo(0.1)
  })

  it('gives it to all alike where nothing is written', () => {
    const pooled = slice('1', 0.4, 0.8, { laterThreads: { '5': 0.4 } })
    expect(by({ busy: samples(100, 10), writing: samples(0) })([pooled]).parts.outbox).toBeCloseTo(0.1)
  })

  it('compares rates where a thread’s slices cover less time than another’s', () => {
    const none = { busy: samples(1), writing: samples(0) }
    expect(by(none, none)([slice('1', 0.4, 1, { toMs: 2000 }), slice('9', 0.1, 0.5)]).sampled).toBeCloseTo(0.6)
  })

  it('is nothing where nothing was sampled', () => {
    const nothing = { sampled: 0, writing: 0, parts: { outbox: 0, compare: 0, chain: 0 } }
    expect(attribute([], () => ({ busy: samples(0), writing: samples(0) }))).toEqual(nothing)
  })
})
