import { fakeClock } from '@freshet/testing'
import { atMost } from './at-most'

describe('a bounded wait', () => {
  it('ends with the work, however that ends, and leaves nobody asleep', async () => {
    const clock = fakeClock()
    const signals: (AbortSignal | undefined)[] = []
    const sleep: typeof clock.sleep = (ms, signal) => (signals.push(signal), clock.sleep(ms, signal))
    await atMost(5000, { sleep }, Promise.resolve('done'))
    await atMost(5000, { sleep }, Promise.reject(new RangeError('refused')))
    expect(clock.nowMs()).toBe(0)
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true])
  })

  it('ends at its bound where the work does not', async () => {
    const clock = fakeClock()
    let isOver = false
    const waited = atMost(5000, clock, new Promise(() => undefined)).then(() => (isOver = true))
    await clock.advance(4999)
    expect(isOver).toBe(false)
    await clock.advance(1)
    await waited
    expect(isOver).toBe(true)
  })
})
