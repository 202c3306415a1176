import { Draws } from './draws'
import { Host, type Mishap } from './host'
import { Schedule } from './schedule'

interface Room {
  readonly schedule: Schedule
  readonly host: Host
  /** How often the server has done what was asked. */
  effects: number
  heard: string
}

/** A host that has asked a server for something, with a mishap in wait. */
function roomWith(mishap?: Mishap, seed = 1): Room {
  const schedule = new Schedule(false)
  const host = new Host('a', { schedule, draws: new Draws(seed, 0), onCrash: () => {}, met: () => {} })
  const room: Room = { schedule, host, effects: 0, heard: 'nothing' }
  host.boot()
  if (mishap !== undefined) host.tripwires = [{ mishap, at: 'asks', countdown: 1 }]
  host
    .call('asks', () => ++room.effects)
    .then(
      () => (room.heard = 'an answer'),
      () => (room.heard = 'an error'),
    )
  return room
}

/** Lets everything happen, and what it sets free. */
async function settle({ schedule }: Room): Promise<void> {
  while (schedule.next()) for (let i = 0; i < 4; i++) await Promise.resolve()
}

describe('a host', () => {
  it.each<[Mishap | undefined, number, string]>([
    [undefined, 1, 'an answer'],
    ['crash-before', 0, 'nothing'],
    ['crash-after', 1, 'nothing'],
    ['freeze-before', 1, 'an answer'],
    ['freeze-after', 1, 'an answer'],
    ['lost-answer', 1, 'an error'],
    ['refused', 0, 'an error'],
    ['late', 1, 'an error'],
  ])('under %s has its request take effect %i times, and hears %s', async (mishap, effects, heard) => {
    const room = roomWith(mishap)
    await settle(room)
    expect([room.effects, room.heard]).toEqual([effects, heard])
  })

  it('sends a request that stood still before it was sent only when it goes on', async () => {
    const room = roomWith('freeze-before')
    room.schedule.next()
    expect([room.host.isFrozen, room.effects]).toEqual([true, 0])
    await settle(room)
    expect(room.schedule.nowMs).toBeGreaterThan(100)
  })

  it('never hears what a process before it has asked for', async () => {
    const rooms = Array.from({ length: 20 }, (_, seed) => roomWith(undefined, seed))
    for (const { host } of rooms) host.crash()
    for (const { host } of rooms) host.boot()
    for (const room of rooms) await settle(room)
    expect(new Set(rooms.map(({ heard }) => heard))).toEqual(new Set(['nothing']))
    expect(new Set(rooms.map(({ effects }) => effects))).toEqual(new Set([0, 1])) // some were on their way
  })

  it('hangs up on who waits for its answer when it dies', async () => {
    const room = roomWith()
    const other = new Host('b', { schedule: room.schedule, draws: new Draws(2, 0), onCrash: () => {}, met: () => {} })
    other.boot()
    const asked = room.host.ask(other, 'the time', () => new Promise(() => {}))
    const refused = expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    other.crash()
    await settle(room)
    await refused
  })

  it('wakes a sleeper at its time, or at once when it is called', async () => {
    const { schedule, host } = roomWith()
    const over = new AbortController()
    const woken: number[] = []
    const note = (): number => woken.push(schedule.nowMs)
    const sleepers = [host.clock.sleep(50).then(note), host.clock.sleep(900, over.signal).then(note)]
    over.abort()
    await sleepers[1]
    while (schedule.next()) continue
    await sleepers[0]
    expect(woken).toEqual([0, 50])
  })
})
