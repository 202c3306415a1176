import { JOURNAL } from '@freshet/event-log'
import type { Clock } from '@freshet/kernel'
import { ask, journal, start, turn, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, publish, type Room } from './training-room.fixture'
import type { VersionFacts } from './version-shelf'

/** A clock by which its reader falls behind: time that passed without it. */
function heldUp(clock: Clock): Clock & { missMs: number } {
  return {
    missMs: 0,
    nowMs: () => clock.nowMs(),
    monotonicMs(): number {
      return clock.monotonicMs() + this.missMs
    },
    sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
  }
}

const claims = async (room: Room): Promise<number> => (await journal(room)).filter(({ record }) => record?.$case === 'claim').length

describe('a standby', () => {
  it('does not count the time in which it was held up itself as silence of the owner', async () => {
    const room = openRoom()
    const clock = heldUp(room.clock)
    await using owner = await start(room, 'a')
    await using standby = await start(room, 'b', { instead: { clock } })
    await turn(room, 600)
    for (let i = 0; i < 10; i++) {
      clock.missMs += 5000
      await turn(room, 300)
    }
    expect(await claims(room)).toBe(0)
    expect(await ask(room, owner.trainer.status())).toMatchObject({ role: 'owner', epoch: 1 })
    expect(await ask(room, standby.trainer.status())).toMatchObject({ role: 'follower' })
  })

  it('owns the line within two seconds of the last word of an owner that is gone, and learns', async () => {
    const room = openRoom()
    const owner = await start(room, 'a')
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, owner, 12)
    await using standby = await start(room, 'b')
    await turn(room, 1000)
    await owner.stop()
    await turn(room, 1750)
    expect(await claims(room)).toBe(1)
    expect(await ask(room, standby.trainer.status())).toMatchObject({ role: 'owner', epoch: 2 })
    await publish(room.log, 0, groups(4, 4))
    await untilLearned(room, standby, 24)
  })

  it('leaves an owner alone that takes long to write a version: heartbeats go on meanwhile', async () => {
    const room = openRoom()
    const shelf = Object.create(room.shelf) as typeof room.shelf
    shelf.save = async (facts, contents) => {
      await room.clock.sleep(20_000)
      await room.shelf.save(facts, contents)
    }
    await using owner = await start(room, 'a', { instead: { shelf } })
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, owner, 12)
    await using standby = await start(room, 'b')
    await turn(room, 500)
    let saved: VersionFacts | undefined
    void owner.trainer.checkpoint().then((version) => (saved = version))
    const beganMs = room.clock.monotonicMs()
    for (let i = 0; i < 200 && !saved; i++) await turn(room, 250)
    expect(saved?.step).toBeGreaterThan(0)
    expect(room.clock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(20_000)
    expect(await claims(room)).toBe(0)
    expect(await ask(room, standby.trainer.status())).toMatchObject({ owner: 'a', epoch: 1 })
  })
})

describe('a new owner', () => {
  it('makes the version that the last one owed, who left rows out and was gone before it made one', async () => {
    const room = openRoom()
    const never = (): Promise<never> => new Promise(() => undefined)
    let isGone = false
    const shelf = Object.create(room.shelf) as typeof room.shelf
    shelf.save = () => {
      isGone = true
      return never()
    }
    const log: Room['log'] = { ...room.log, appendIf: (...of) => (isGone ? never() : room.log.appendIf(...of)) }
    await publish(room.log, 0, groups(0, 60))
    const first = await start(room, 'a', { instead: { shelf, log } })
    await turn(room, 500)
    await first.stop()
    const results = (await journal(room)).flatMap(({ record }) => (record?.$case === 'result' ? [record.result] : []))
    expect(results.at(-1)?.rowsOmitted).toBe(true)
    expect(room.shelf.versions).toEqual([])
    await using second = await start(room, 'b')
    await until(room, async () => (await second.trainer.status()).role === 'owner' && room.shelf.versions.length > 0)
    expect(room.shelf.versions[0].facts.step).toBe(results.at(-1)?.toStep)
  })
})

describe('an owner with nothing to learn', () => {
  it('keeps the journal short, whatever the idle time, by versions of the same state', async () => {
    const room = openRoom()
    const settings = { versionRecords: 40, versionsKept: 3 }
    const owner = await start(room, 'a', settings)
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, owner, 12)
    const { digest } = await ask(room, owner.trainer.audit(0))
    let longest = 0
    for (let i = 0; i < 100; i++) {
      await turn(room, 2500)
      longest = Math.max(longest, (await room.log.next(JOURNAL)) - (await room.log.first(JOURNAL)))
    }
    expect(longest).toBeLessThanOrEqual((settings.versionsKept + 1) * settings.versionRecords)
    expect(await room.log.next(JOURNAL)).toBeGreaterThan(900)
    expect(room.shelf.versions.map(({ facts }) => facts.digest)).toEqual([digest, digest, digest])
    expect(new Set(room.shelf.versions.map(({ facts }) => facts.name)).size).toBe(3)
    await owner.stop()
    await using next = await start(room, 'b', settings)
    await publish(room.log, 0, groups(4, 2))
    await untilLearned(room, next, 18)
    expect(await ask(room, next.trainer.status())).toMatchObject({ epoch: 2, duplicates: 0 })
  })

  it('keeps it short from the first record on, also where nothing was ever learned', async () => {
    const room = openRoom()
    await using owner = await start(room, 'a', { versionRecords: 40 })
    await turn(room, 100_000)
    expect((await room.log.next(JOURNAL)) - (await room.log.first(JOURNAL))).toBeLessThanOrEqual(160)
    await owner.stop()
    await using next = await start(room, 'b')
    await until(room, async () => (await next.trainer.status()).role === 'owner')
    await publish(room.log, 0, groups(0, 2))
    await untilLearned(room, next, 6)
  })
})
