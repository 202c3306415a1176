import { fakeClock } from './fake-clock'

describe('a fake clock', () => {
  it('stands until it is advanced', async () => {
    const clock = fakeClock(1000)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1000, 0])
    await clock.advance(50)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1050, 50])
  })

  it('wakes sleepers in the order of their time, each at its own time', async () => {
    const clock = fakeClock()
    const woken: [string, number][] = []
    const sleeper = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push([name, clock.nowMs()]))
    void sleeper('late', 30)
    void sleeper('early', 10)
    void sleeper('beyond', 31)
    await clock.advance(30)
    expect(woken).toEqual([
      ['early', 10],
      ['late', 30],
    ])
  })

  it('lets a loop that sleeps again go on within one advance', async () => {
    const clock = fakeClock()
    let turns = 0
    void (async () => {
      for (;;) {
        await clock.sleep(10)
        turns++
      }
    })()
    await clock.advance(100)
    expect(turns).toBe(10)
  })

  it('wakes a sleeper whose signal aborts, before or during its sleep', async () => {
    const clock = fakeClock()
    const stop = new AbortController()
    const during = clock.sleep(1_000_000, stop.signal)
    stop.abort()
    await during
    await clock.sleep(1_000_000, stop.signal)
    expect(clock.nowMs()).toBe(0)
  })
})
