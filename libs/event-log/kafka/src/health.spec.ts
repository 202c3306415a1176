import { fakeClock } from '@freshet/testing'
import { HealthRecord } from './health'

const refused = (): Error =>
  Object.assign(new Error('Messages are rejected since there are fewer in-sync replicas than required'), {
    type: 'NOT_ENOUGH_REPLICAS',
    retriable: true,
  })

describe('the health of a cluster', () => {
  it('is that of the last request, and remembers since when', async () => {
    const clock = fakeClock()
    const health = new HealthRecord(clock, 'a:1')
    expect(health.report.isServing).toBe(true)
    await clock.advance(10)
    const failedMs = clock.nowMs()
    health.failed(new Error('connect ECONNREFUSED'))
    await clock.advance(10)
    health.failed(new Error('connect ECONNREFUSED'))
    expect(health.report).toMatchObject({ isServing: false, sinceMs: failedMs, reason: expect.stringContaining('a:1') as string })
    health.succeeded()
    expect(health.report).toMatchObject({ isServing: true, reason: undefined, sinceMs: clock.nowMs() })
  })

  it('does not turn with every question that a cluster answers which takes no append', async () => {
    const clock = fakeClock()
    const health = new HealthRecord(clock, 'a:1')
    health.couldNotWrite(refused())
    const { sinceMs } = health.report
    for (let i = 0; i < 100; i++) {
      await clock.advance(500)
      if (i % 10 === 0) health.couldNotWrite(refused())
      health.succeeded()
      expect(health.report).toMatchObject({ isServing: false, sinceMs, reason: expect.stringContaining('in-sync replicas') as string })
    }
    health.wrote()
    expect(health.report).toMatchObject({ isServing: true, sinceMs: clock.nowMs() })
  })

  it('is not bad for ever where nobody appends any more', async () => {
    const clock = fakeClock()
    const health = new HealthRecord(clock, 'a:1')
    health.couldNotWrite(refused())
    await clock.advance(15_001)
    expect(health.report.isServing).toBe(true)
  })
})
