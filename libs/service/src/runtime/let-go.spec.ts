import { fakeClock } from '@freshet/testing'
import { letGo } from './let-go'

/** A log that last answered at `answeredMs`. */
function scene() {
  const clock = fakeClock()
  const over = new AbortController()
  const seen = { answeredMs: 0, closedMs: undefined as number | undefined }
  const health = () => ({ isServing: true, reason: undefined, sinceMs: 0, unansweredMs: clock.nowMs() - seen.answeredMs, warnings: [] })
  const close = async (): Promise<void> => void (seen.closedMs = clock.nowMs())
  return { clock, over, seen, log: { health, [Symbol.asyncDispose]: close } }
}

describe('the log of a process that is to end', () => {
  it('is closed once it has answered nothing for five seconds, not sooner', async () => {
    const { clock, over, seen, log } = scene()
    await clock.advance(2000)
    seen.answeredMs = 2000
    const done = letGo({ log, clock }, over.signal)
    await clock.advance(4999)
    expect(seen.closedMs).toBeUndefined()
    await clock.advance(251)
    await done
    expect(seen.closedMs).toBe(7000)
  })

  it('is left alone for as long as it answers, however long the end takes', async () => {
    const { clock, over, seen, log } = scene()
    const done = letGo({ log, clock }, over.signal)
    for (let i = 0; i < 60; i++) {
      seen.answeredMs = clock.nowMs()
      await clock.advance(1000)
    }
    over.abort()
    await done
    expect(seen.closedMs).toBeUndefined()
  })

  it('is left alone where it is within the process', async () => {
    const { clock, over, seen, log } = scene()
    await letGo({ log: { [Symbol.asyncDispose]: log[Symbol.asyncDispose] }, clock }, over.signal)
    expect(seen.closedMs).toBeUndefined()
  })
})
