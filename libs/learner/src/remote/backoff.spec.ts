import { Backoff } from './backoff'

describe('a back-off', () => {
  it('doubles its waits up to the longest, and begins anew when a try has succeeded', () => {
    const backoff = new Backoff({ first: 250, max: 1500 })
    expect(Array.from({ length: 5 }, () => backoff.next())).toEqual([250, 500, 1000, 1500, 1500])
    backoff.reset()
    expect([backoff.next(), backoff.next()]).toEqual([250, 500])
  })
})
