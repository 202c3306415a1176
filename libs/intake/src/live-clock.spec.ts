import { openMemoryLog } from '@freshet/event-log/memory'
import type { EventLog } from '@freshet/event-log'
import { Event } from '@freshet/contracts'
import { eventRecordBytes, tickRecordBytes } from './event-record'
import { openLiveClock } from './live-clock'

const ACCEPTANCE = { sequence: 0, acceptedMs: 0 }
const event = eventRecordBytes(Event.encode(Event.fromPartial({ userId: 'ada' })).finish(), ACCEPTANCE)
const tick = (replay: boolean, closesReplay: boolean): Uint8Array => tickRecordBytes({ timeMs: 5, replay, closesReplay }, ACCEPTANCE)

/** A log whose partitions hold what is given. */
async function holding(...partitions: readonly (readonly Uint8Array[])[]): Promise<EventLog> {
  const log = openMemoryLog({ partitions: { events: partitions.length } })
  for (const [partition, values] of partitions.entries())
    await log.append(
      { topic: 'events', partition },
      values.map((value) => ({ key: '', value })),
    )
  return log
}

describe('the live clock', () => {
  it('goes on, after a restart, in partitions where something may be open', async () => {
    const clock = await openLiveClock(
      await holding([], [event], [event, tick(false, false)], [event, tick(true, true)], [tick(true, false)]),
    )
    expect(clock.ticking).toEqual([1, 2, 4])
  })

  it('starts with a live event, and stops with all windows closed', async () => {
    const clock = await openLiveClock(await holding([], []))
    clock.start(1)
    clock.start(0)
    clock.start(1)
    expect(clock.ticking).toEqual([0, 1])
    clock.stopAll()
    expect(clock.ticking).toEqual([])
  })

  it('takes over what another process left open, once it has not grown between two looks', async () => {
    const log = await holding([], [], [])
    const clock = await openLiveClock(log)
    const append = (partition: number, value: Uint8Array) => log.append({ topic: 'events', partition }, [{ key: '', value }])
    await append(0, event)
    await append(1, event)
    await clock.takeOver()
    await append(1, tick(false, false)) // another process still ticks there
    await append(2, tick(true, true))
    await clock.takeOver()
    expect(clock.ticking).toEqual([0])
    await clock.takeOver()
    await clock.takeOver()
    expect(clock.ticking).toEqual([0, 1])
    await append(2, event)
    await clock.takeOver()
    await clock.takeOver()
    expect(clock.ticking).toEqual([0, 1, 2])
  })

  it('reads a partition in which nothing is open once, however often it looks', async () => {
    const log = await holding([event, tick(true, true)])
    const clock = await openLiveClock(log)
    const reads = jest.spyOn(log, 'read')
    for (let look = 0; look < 5; look++) await clock.takeOver()
    expect(reads).toHaveBeenCalledTimes(1)
    expect(clock.ticking).toEqual([])
  })

  it('looks at the last record that is kept, and needs none', async () => {
    const log = await holding([event, event])
    await log.trim({ topic: 'events', partition: 0 }, 2)
    expect((await openLiveClock(log)).ticking).toEqual([])
  })
})
