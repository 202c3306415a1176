import { partitionOf } from '@freshet/kernel'
import { ReplayOpenError } from './errors'
import { brief, eventsOf, openDoor, received, spell, view, type Door } from './intake.fixture'

const MINUTE = 60_000
const USER = 'ada'
const rated = (id: string, timeMs: number, userId = USER) => received(view({ eventId: id, timeMs, userId }))
const of = async ({ log }: Door, userId = USER): Promise<string[]> => ((await eventsOf(log))[partitionOf(userId, 2)] ?? []).map(brief)
const OTHER = ['bob', 'cem', 'dora', 'eve'].find((userId) => partitionOf(userId, 2) !== partitionOf(USER, 2)) ?? ''

describe('a replay', () => {
  it("ticks with the file's time, before the event that has advanced it by a minute", async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    const outcomes = await door.intake.replay(id, [
      rated('a', 1000),
      rated('b', 2000),
      rated('c', 1000 + MINUTE),
      rated('d', 1000 + MINUTE),
    ])
    expect(await of(door)).toEqual(['replay@1000', 'a', 'b', 'replay@61000', 'c', 'd'])
    expect(outcomes.map((outcome) => spell(outcome)?.split('/')[1])).toEqual(['1', '2', '4', '5'])
  })

  it('writes the same log however the file is cut into batches', async () => {
    const file = Array.from({ length: 40 }, (_, i) => rated(`e${i}`, 1 + i * 17_000, i % 3 === 0 ? OTHER : USER))
    const [whole, pieces] = [await openDoor(), await openDoor()]
    await whole.intake.replay(await whole.intake.openReplay('file'), file)
    const id = await pieces.intake.openReplay('file')
    for (let i = 0; i < file.length; i += 7) await pieces.intake.replay(id, file.slice(i, i + 7))
    expect(await eventsOf(pieces.log)).toEqual(await eventsOf(whole.log))
  })

  it('closes every partition with a tick, answers where each ends, and closing twice is closing once', async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    await door.intake.replay(id, [rated('a', 5000)])
    const ends = await door.intake.closeReplay(id)
    expect(await of(door)).toEqual(['replay@5000', 'a', 'close@5000'])
    expect(await of(door, OTHER)).toEqual(['close@5000'])
    expect(ends[partitionOf(USER, 2)]).toBe(3)
    expect(await door.intake.closeReplay(id)).toEqual(ends)
  })

  it('refuses live writes while it is open, as something to send again, and lets them in afterwards', async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    const attempt = door.intake.accept([received(view())], 'test')
    await expect(attempt).rejects.toThrow(
      "replay 'replay-0' of 'file' is open, and live writes wait for its end; send this again once it is closed",
    )
    await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await door.intake.closeReplay(id)
    expect((await door.intake.accept([received(view())], 'test')).map(({ kind }) => kind)).toEqual(['accepted'])
  })

  it('is refused to other sources while it is open, and answers in the status', async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    await expect(door.intake.openReplay('another')).rejects.toThrow(ReplayOpenError)
    expect((await door.intake.status()).replayId).toBe(id)
  })

  it('asks for the name of its source', async () => {
    const door = await openDoor()
    await expect(door.intake.openReplay('')).rejects.toThrow('a replay says what it replays')
  })

  it('refuses an event without a time of its own, and takes the next', async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    const outcomes = await door.intake.replay(id, [rated('a', 0), rated('b', 9)])
    expect(outcomes[0]).toMatchObject({ error: { facts: { field: 'time_ms', rule: 'a replayed event brings its own time' } } })
    expect(await of(door)).toEqual(['replay@9', 'b'])
  })

  it('keeps the live clock silent, and sets it going again with the next live event', async () => {
    const door = await openDoor()
    await door.intake.accept([rated('live', 0)], 'test')
    const id = await door.intake.openReplay('file')
    await door.clock.advance(1000)
    await door.intake.tick()
    await door.intake.replay(id, [rated('a', 5000)])
    await door.intake.closeReplay(id)
    await door.intake.tick()
    expect(await of(door)).toEqual(['live', 'replay@5000', 'a', 'close@5000'])
    await door.intake.accept([rated('later', 0)], 'test')
    await door.intake.tick()
    expect((await of(door)).slice(4)).toEqual(['later', `live@${door.clock.nowMs()}`])
  })
})

describe('a replay that is left alone', () => {
  it('is closed when its stream has brought nothing for half a minute; what comes later is told to open it again', async () => {
    const door = await openDoor()
    const id = await door.intake.openReplay('file')
    await door.intake.replay(id, [rated('a', 5000)])
    await door.clock.advance(30_000)
    await door.intake.tick()
    await expect(door.intake.accept([received(view())], 'test')).rejects.toThrow(ReplayOpenError)
    await door.clock.advance(1)
    await door.intake.tick()
    expect(await of(door)).toEqual(['replay@5000', 'a', 'close@5000'])
    await expect(door.intake.replay(id, [rated('b', 6000)])).rejects.toThrow(
      'open the replay again and go on with what was not acknowledged',
    )
  })

  it('is taken over by who opens the same source again, and the former stream learns of it', async () => {
    const door = await openDoor()
    const former = await door.intake.openReplay('file')
    await door.intake.replay(former, [rated('a', 5000)])
    const id = await door.intake.openReplay('file')
    await door.intake.replay(id, [rated('a', 5000), rated('b', 6000)])
    await expect(door.intake.replay(former, [rated('c', 7000)])).rejects.toThrow(`replay '${former}' does not exist`)
    expect(await of(door)).toEqual(['replay@5000', 'a', 'replay@5000', 'a', 'b'])
  })
})

describe('a replay and other processes', () => {
  const two = async () => {
    const first = await openDoor()
    return { first, second: await openDoor({ log: first.log, clock: first.clock }) }
  }

  it('refuses live writes there too, as soon as its opening is read', async () => {
    const { first, second } = await two()
    const stop = new AbortController()
    const running = second.intake.run(stop.signal)
    const id = await first.intake.openReplay('file')
    await first.clock.advance(10)
    await expect(second.intake.accept([received(view())], 'test')).rejects.toThrow(ReplayOpenError)
    await first.intake.closeReplay(id)
    await first.clock.advance(10)
    await expect(second.intake.accept([received(view())], 'test')).resolves.toHaveLength(1)
    stop.abort()
    await running
  })

  it('opens in exactly one of two that ask at once', async () => {
    const { first, second } = await two()
    const attempts = await Promise.allSettled([first.intake.openReplay('one'), second.intake.openReplay('two')])
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('stays open while its process shows signs of life, and is closed by another when they cease', async () => {
    const { first, second } = await two()
    const id = await first.intake.openReplay('file')
    await first.intake.replay(id, [rated('a', 5000)])
    for (let second_ = 0; second_ < 20; second_++) {
      await first.clock.advance(1000)
      await first.intake.tick()
      await second.intake.tick()
    }
    expect((await second.intake.status()).replayId).toBe(id)
    await first.clock.advance(10_001)
    await second.intake.tick()
    expect((await second.intake.status()).replayId).toBe('')
    expect(await of(first)).toEqual(['replay@5000', 'a', 'close@5000'])
    await expect(first.intake.openReplay('another')).resolves.toBeDefined()
    await expect(first.intake.replay(id, [rated('b', 6000)])).rejects.toThrow('does not exist')
  })

  it('is taken up after a restart where it was left, by the same source', async () => {
    const before = await openDoor()
    await before.intake.replay(await before.intake.openReplay('file'), [rated('a', 5000)])
    const after = await openDoor({ log: before.log, clock: before.clock })
    await expect(after.intake.accept([received(view())], 'test')).rejects.toThrow(ReplayOpenError)
    const id = await after.intake.openReplay('file')
    await after.intake.replay(id, [rated('b', 6000)])
    await after.intake.closeReplay(id)
    expect(await of(after)).toEqual(['replay@5000', 'a', 'replay@6000', 'b', 'close@6000'])
  })
})
