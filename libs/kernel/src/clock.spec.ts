import { systemClock } from './index'

const DAY_MS = 86_400_000

describe('the clock of the machine', () => {
  it('tells the time of the day, and durations from a start of its own', () => {
    const [before, now, after] = [Date.now(), systemClock.nowMs(), Date.now()]
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(after)
    expect(systemClock.monotonicMs()).toBeLessThan(now)
  })

  it('never runs backwards', () => {
    const readings = Array.from({ length: 1000 }, () => systemClock.monotonicMs())
    expect(readings.every((reading, i) => i === 0 || reading >= readings[i - 1])).toBe(true)
  })

  it('wakes who sleeps at once, and without an error, when its signal aborts', async () => {
    const over = new AbortController()
    const slept = systemClock.sleep(DAY_MS, over.signal)
    over.abort(new TypeError('the reason of somebody else'))
    await expect(slept).resolves.toBeUndefined()
  })

  it('lets nobody sleep whose signal has aborted before', async () => {
    await expect(systemClock.sleep(DAY_MS, AbortSignal.abort())).resolves.toBeUndefined()
  })

  it('wakes who sleeps for no time without a signal', async () => {
    await expect(systemClock.sleep(0)).resolves.toBeUndefined()
  })
})
