import { fakeClock } from '@freshet/testing'
import { GrowthPoller, type Growing } from './growth-poller'

describe('the look-out for growth', () => {
  it('looks every millisecond while something comes, then less and less often, down to every five', async () => {
    const clock = fakeClock()
    const source = openSource(clock)
    new GrowthPoller(clock).watch(source)
    source.busy = true
    await clock.advance(4)
    expect(source.looks).toEqual([1, 2, 3, 4])
    source.busy = false
    await clock.advance(46)
    const gaps = source.looks.slice(4).map((at, i) => at - source.looks[i + 3])
    expect(gaps.slice(0, 8)).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5])
    expect(new Set(gaps.slice(8))).toEqual(new Set([5]))
  })

  it('stops when nobody waits any longer, and starts again for who does', async () => {
    const clock = fakeClock()
    const source = openSource(clock)
    const poller = new GrowthPoller(clock)
    poller.watch(source)
    await clock.advance(1)
    source.awaited = false
    await clock.advance(1000)
    expect(source.looks).toEqual([1])
    source.awaited = true
    poller.watch(source)
    await clock.advance(1)
    expect(source.looks).toEqual([1, 1002])
  })

  it('goes once for all sources, however many watch', async () => {
    const clock = fakeClock()
    const slept = jest.spyOn(clock, 'sleep')
    const poller = new GrowthPoller(clock)
    const sources = [openSource(clock), openSource(clock), openSource(clock)]
    for (const source of sources) poller.watch(source)
    await clock.advance(1)
    expect(sources.map(({ looks }) => looks)).toEqual([[1], [1], [1]])
    expect(slept).toHaveBeenCalledTimes(2)
    poller.close()
  })

  it('looks no more once it is closed', async () => {
    const clock = fakeClock()
    const source = openSource(clock)
    const poller = new GrowthPoller(clock)
    poller.watch(source)
    poller.close()
    await clock.advance(100)
    expect(source.looks).toEqual([])
  })
})

interface Source extends Growing {
  awaited: boolean
  busy: boolean
  readonly looks: number[]
}

function openSource(clock: { nowMs(): number }): Source {
  const looks: number[] = []
  return {
    awaited: true,
    busy: false,
    looks,
    notice() {
      looks.push(clock.nowMs())
      return this.busy
    },
  }
}
