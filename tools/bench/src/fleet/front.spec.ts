import { fakeClock, type FakeClock } from '@freshet/testing'
import { Front } from './front'

const open = (clock: FakeClock, limit = Infinity): Front => new Front({ clock, eventsPerS: 100, limit })

/** Whether a promise has resolved by now. */
async function isOver(clock: FakeClock, promise: Promise<void>): Promise<boolean> {
  let over = false
  void promise.then(() => (over = true))
  await clock.advance(0)
  return over
}

describe('a front', () => {
  it('lets an event go when its time has come', async () => {
    const clock = fakeClock()
    const going = open(clock).pace(50)
    await clock.advance(499)
    expect(await isOver(clock, going)).toBe(false)
    await clock.advance(1)
    expect(await isOver(clock, going)).toBe(true)
  })

  it('catches up at full speed with what an outage held up', async () => {
    const clock = fakeClock()
    const front = open(clock)
    await clock.advance(5000)
    expect(await isOver(clock, front.pace(500))).toBe(true)
  })

  it('holds events at its limit until they are released', async () => {
    const clock = fakeClock()
    const front = open(clock, 10)
    const held = front.pace(10)
    await clock.advance(60_000)
    expect(await isOver(clock, held)).toBe(false)
    front.release(11)
    expect(await isOver(clock, held)).toBe(true)
  })

  it('tells those who wait when enough events are acknowledged', async () => {
    const clock = fakeClock()
    const front = open(clock)
    const waiting = front.reached(20)
    front.advance(19)
    expect(await isOver(clock, waiting)).toBe(false)
    front.advance(20)
    expect(await isOver(clock, waiting)).toBe(true)
    expect(await isOver(clock, front.reached(20))).toBe(true)
  })
})
