import { attribute } from './attribution'
import type { Samples, Shares } from './parts'
import type { Slice } from './slice'

const samples = (all: number, outbox = 0, compare = 0): Samples => ({ all, parts: { outbox, compare, chain: 0 } })
const slice = (thread: number, seconds: number, processSeconds: number, spanMs = 1000): Slice => ({
  ...{ process: 1, thread, fromMs: 0, toMs: spanMs, seconds, processSeconds },
  profile: { nodes: [], startTime: 0, endTime: 0 },
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
    const { sampled, parts } = by(...shares)([slice(0, 0.6, 0.8), slice(1, 0.2, 0.8)])
    expect(sampled).toBeCloseTo(1)
    expect(parts.outbox).toBeCloseTo(0.075)
    expect(parts.compare).toBeCloseTo(0.125)
  })

  it('gives what other threads used to who has things written, by how much', () => {
    const { sampled, parts } = by({ busy: samples(100, 10), writing: samples(20, 8) })([slice(0, 0.6, 0.8)])
    expect(sampled).toBeCloseTo(0.75)
    expect(parts.outbox).toBeCloseTo(0.75 * 0.1 + 0.25 * 0.4)
  })

  it('gives it to all alike where nothing is written', () => {
    expect(by({ busy: samples(100, 10), writing: samples(0) })([slice(0, 0.4, 0.8)]).parts.outbox).toBeCloseTo(0.1)
  })

  it('compares rates where a thread’s slices cover less time than another’s', () => {
    const none = { busy: samples(1), writing: samples(0) }
    expect(by(none, none)([slice(0, 0.4, 1, 2000), slice(1, 0.1, 0.5)]).sampled).toBeCloseTo(0.6)
  })

  it('is nothing where nothing was sampled', () => {
    expect(attribute([], () => ({ busy: samples(0), writing: samples(0) }))).toEqual({
      sampled: 1,
      parts: { outbox: 0, compare: 0, chain: 0 },
    })
  })
})
