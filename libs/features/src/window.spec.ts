import type { Window } from '@freshet/contracts'
import fc from 'fast-check'
import { countInWindow, windowCount, windowShape } from './window'

const shape = windowShape('w', 100, 5)
const bucketOf = (timeMs: number): number => Math.floor(timeMs / shape.bucketMs)

describe('a sliding window', () => {
  it('counts the events of its buckets and no others', () => {
    const windows: Record<string, Window> = {}
    for (const timeMs of [0, 19, 20, 99, 100]) countInWindow(windows, shape, { timeMs, times: 1 })
    expect(windowCount(windows.w, shape, 100)).toBe(3)
    expect(windowCount(windows.w, shape, 199)).toBe(1)
    expect(windowCount(windows.w, shape, 200)).toBe(0)
  })

  it('is empty before the first event', () => {
    expect(windowCount(undefined, shape, 5)).toBe(0)
  })

  it('does not count what lies ahead of the moment that asks', () => {
    const windows: Record<string, Window> = {}
    countInWindow(windows, shape, { timeMs: 95, times: 1 })
    expect(windowCount(windows.w, shape, 70)).toBe(0)
  })

  it('agrees at its newest moment with a recount of all events, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1 }), (timesMs) => {
        const windows: Record<string, Window> = {}
        for (const timeMs of timesMs) countInWindow(windows, shape, { timeMs, times: 1 })
        const nowMs = Math.max(...timesMs)
        const recount = timesMs.filter((timeMs) => bucketOf(timeMs) > bucketOf(nowMs) - shape.buckets).length
        expect(windowCount(windows.w, shape, nowMs)).toBe(recount)
        expect(windows.w.buckets.length).toBeLessThanOrEqual(shape.buckets)
      }),
    )
  })

  it('covers at least the declared time', () => {
    expect(windowShape('w', 100, 3)).toEqual({ name: 'w', buckets: 3, bucketMs: 34 })
  })
})
