import { partitionOf } from '@freshet/kernel'
import { brief, eventsOf, openDoor, received, view, type Door } from './intake.fixture'

const MINE = partitionOf('ada', 2)
const TICK_MS = 1000

/** Two processes over one log: `other` was there before `own` took anything. */
async function openTwo(): Promise<{ own: Door; other: Door }> {
  const own = await openDoor()
  return { own, other: await openDoor({ log: own.log, clock: own.clock }) }
}

async function tickFor(door: Door, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await door.clock.advance(TICK_MS)
    await door.intake.tick()
  }
}

const ticksOf = async ({ log }: Door): Promise<number[]> =>
  (await eventsOf(log)).map((records) => records.filter((record) => brief(record).startsWith('live@')).length)

describe('two processes that take events', () => {
  it('tick for each other: what one has left open ends by the clock of the other, once the first is gone', async () => {
    const { own, other } = await openTwo()
    await own.intake.accept([received(view())], 'test')
    await tickFor(other, 60)
    const ticks = await ticksOf(other)
    expect(ticks[MINE]).toBeGreaterThanOrEqual(50)
    expect(ticks[1 - MINE]).toBe(0)
  })

  it('do not tick twice where one that lives already does', async () => {
    const { own, other } = await openTwo()
    await own.intake.accept([received(view())], 'test')
    for (let i = 0; i < 30; i++) {
      await tickFor(own, 1)
      await other.intake.tick()
    }
    expect((await ticksOf(own))[MINE]).toBe(30)
  })

  it('leave an import as it would be had one been alone, however long the other waits before, meanwhile and afterwards', async () => {
    const file = Array.from({ length: 20 }, (_, i) => received(view({ eventId: `e${i}`, timeMs: 1 + i * 30_000, userId: `u${i % 5}` })))
    const alone = await openDoor()
    await alone.intake.closeReplay(await replayed(alone, file))
    const { own, other } = await openTwo()
    await tickFor(other, 20)
    const id = await own.intake.openReplay('file')
    for (const event of file) {
      await own.intake.replay(id, [event])
      await other.intake.tick()
    }
    await own.intake.closeReplay(id)
    for (let i = 0; i < 20; i++) await other.intake.tick()
    expect((await eventsOf(own.log)).map((records) => records.map(brief))).toEqual(
      (await eventsOf(alone.log)).map((records) => records.map(brief)),
    )
  })
})

async function replayed(door: Door, file: Parameters<Door['intake']['replay']>[1]): Promise<string> {
  const id = await door.intake.openReplay('file')
  await door.intake.replay(id, file)
  return id
}
