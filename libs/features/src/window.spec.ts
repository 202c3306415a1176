import type { Window } from '@freshet/contracts'
import fc from 'fast-check'
import { countInWindow, mergeWindow, windowCount, windowShape } from './window'

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

  it('has buckets that are together no shorter than was declared', () => {
    expect(windowShape('w', 100, 3)).toEqual({ name: 'w', buckets: 3, bucketMs: 34 })
  })

  it('reads and goes on with counts that were kept in buckets of another width, as if each had happened when its bucket began', () => {
    const widths = fc.constantFrom(5, 10, 20, 40, 60)
    fc.assert(
      fc.property(widths, widths, fc.array(fc.nat(300), { minLength: 1 }), fc.nat(400), (before, after, timesMs, nextMs) => {
        const [old, next] = [
          { name: 'w', buckets: 8, bucketMs: before },
          { name: 'w', buckets: 8, bucketMs: after },
        ]
        const windows: Record<string, Window> = {}
        for (const timeMs of timesMs) countInWindow(windows, old, { timeMs, times: 1 })
        const kept = windows.w.buckets.flatMap((bucket, i) => new Array<number>(windows.w.counts[i]).fill(bucket * before))
        const recount = (all: number[], nowMs: number): number => {
          const ages = all.map((timeMs) => Math.floor(nowMs / after) - Math.floor(timeMs / after))
          return ages.filter((age) => age >= 0 && age < next.buckets).length
        }
        expect(windowCount(windows.w, next, 300)).toBe(recount(kept, 300))
        countInWindow(windows, next, { timeMs: nextMs, times: 1 })
        const nowMs = Math.max(...kept, nextMs)
        expect(windowCount(windows.w, next, nowMs)).toBe(recount([...kept, nextMs], nowMs))
        expect(windows.w.widthMs).toBe(after)
      }),
    )
  })

  it('adds up with what was counted elsewhere, to what one window would have counted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.boolean()), { minLength: 1 }), (events) => {
        const [whole, mine, theirs] = [{}, {}, {}] as Record<string, Window>[]
        const nowMs = Math.max(...events.map(([timeMs]) => timeMs))
        for (const [timeMs, isMine] of events) {
          countInWindow(whole, shape, { timeMs, times: 1 })
          countInWindow(isMine ? mine : theirs, shape, { timeMs, times: 1 })
        }
        if (Object.hasOwn(theirs, 'w')) mergeWindow(mine, shape, theirs.w)
        expect(windowCount(mine.w, shape, nowMs)).toBe(windowCount(whole.w, shape, nowMs))
        expect(mine).toEqual(whole)
      }),
    )
  })
})
