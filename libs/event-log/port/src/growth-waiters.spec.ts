import { GrowthWaiters } from './growth-waiters'

describe('those who wait for growth', () => {
  it('go when their offset is reached, and only then', async () => {
    const waiters = new GrowthWaiters()
    const { signal } = new AbortController()
    const [one, two] = [waiters.wait(1, signal), waiters.wait(2, signal)]
    waiters.reached(1)
    expect(waiters.size).toBe(2)
    waiters.reached(2)
    await one
    expect(waiters.size).toBe(1)
    waiters.release()
    await two
    expect(waiters.size).toBe(0)
  })

  it('go when their signal aborts, and leave no listener behind', async () => {
    const waiters = new GrowthWaiters()
    const stop = new AbortController()
    const removed = jest.spyOn(stop.signal, 'removeEventListener')
    const waiting = [waiters.wait(0, stop.signal), waiters.wait(5, stop.signal)]
    stop.abort()
    await Promise.all([...waiting, waiters.wait(0, stop.signal)])
    expect(waiters.size).toBe(0)
    expect(removed).toHaveBeenCalledTimes(3)
  })
})
