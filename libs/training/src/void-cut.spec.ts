import { DeadLetter, ExampleGroup } from '@freshet/contracts'
import { DEAD_LETTER } from '@freshet/event-log'
import { VoidedError } from './errors'
import { DEATHS_MAX } from './settings'
import { ask, journal, kinds, type Running, start, turn, until, untilLearned } from './running-trainer.fixture'
import type { TrainerOptions } from './trainer'
import { floats, group, groups, openRoom, optionsOf, publish, type Room, withGradient } from './training-room.fixture'
import { TrainingLine } from './training-line'
import { replayTwin } from './verify'

const DEADLY = 0.123456
const deadly = (offset: number): ExampleGroup => group(offset, { userNumbers: floats([DEADLY]) })

class Death extends Error {}

/** A machine on which a step that sees the deadly number is the last one. */
const mortal: Pick<TrainerOptions, 'tools'> = {
  tools: withGradient((runner) => ({
    ...runner,
    run: (feeds) => (feeds.numbers.data.includes(Math.fround(DEADLY)) ? Promise.reject(new Death('killed')) : runner.run(feeds)),
  })),
}

/** Lets time pass until a trainer is dead. */
async function untilDead(room: Room, { ended }: Running): Promise<void> {
  let death: unknown
  ended.catch((error: unknown) => (death = error))
  for (let i = 0; i < 400 && death === undefined; i++) await turn(room, 10)
  expect(death).toBeInstanceOf(Death)
}

/** A line that a deadly cut has ended as often as it takes, with examples before and behind it. */
async function afterDeaths(room: Room, deaths = DEATHS_MAX): Promise<void> {
  for (let i = 0; i < deaths; i++) {
    const each = await start(room, `a-${i}`, { instead: mortal })
    if (i === 0) {
      await publish(room.log, 0, groups(0, 4))
      await untilLearned(room, each, 12)
      await publish(room.log, 0, [group(4), deadly(5)])
    }
    await untilDead(room, each)
  }
}

const deadLetters = async (room: Room): Promise<DeadLetter[]> =>
  (await room.log.read(DEAD_LETTER, 0, { records: 1000 })).map(({ value }) => DeadLetter.decode(value))

describe('a cut that ends its process', () => {
  it('is tried by three owners, void for the fourth, and kept as dead letters; what comes after it is learned', async () => {
    const room = openRoom()
    await afterDeaths(room)
    expect(await kinds(room)).not.toContain('voidCut')
    await using last = await start(room, 'b', { instead: mortal })
    await publish(room.log, 0, groups(6, 4))
    await untilLearned(room, last, 24)
    const voids = (await journal(room)).flatMap(({ record }) => (record?.$case === 'voidCut' ? [record.voidCut] : []))
    expect(voids).toEqual([{ step: 3, reason: 'the cut of step 3 ended its process 3 times' }])
    const letters = await deadLetters(room)
    expect(letters.map(({ source, code }) => [source, code])).toEqual([
      ['examples/0/4', 'VOID_CUT'],
      ['examples/0/5', 'VOID_CUT'],
    ])
    expect(ExampleGroup.decode(letters[1].payload)).toEqual(deadly(5))
    expect(room.notices).toContainEqual({ kind: 'void', step: 3, ranges: [{ partition: 0, from: 4, to: 6 }] })
    expect(await ask(room, last.trainer.status())).toMatchObject({ role: 'owner', lag: [0, 0], duplicates: 0, contains: [9, -1] })
  })

  it('is not tried again by a twin, which comes to the same digest', async () => {
    const room = openRoom()
    await afterDeaths(room)
    await using last = await start(room, 'b', { instead: mortal })
    await publish(room.log, 0, groups(6, 4))
    await untilLearned(room, last, 24)
    const { step, digest } = await ask(room, last.trainer.audit(0))
    const fresh = { ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), ...mortal }
    expect(await replayTwin({ ...fresh, until: step })).toMatchObject({ from: '', step, digest })
    expect(await replayTwin(fresh)).toMatchObject({ step, digest })
  })

  it('is left alone by who follows, until its owner has survived it', async () => {
    const room = openRoom()
    await afterDeaths(room, 1)
    await using owner = await start(room, 'b', { heartbeatMs: 50, instead: mortal })
    await using standby = await start(room, 'c', { heartbeatMs: 100_000, instead: mortal })
    await untilDead(room, owner)
    expect(await ask(room, standby.trainer.status())).toMatchObject({ role: 'follower', step: 2 })
  })

  it('is executed where fewer owners died of it: what ended them may have been anything', async () => {
    const room = openRoom()
    await afterDeaths(room, DEATHS_MAX - 1)
    await using hale = await start(room, 'b')
    await untilLearned(room, hale, 18)
    expect(await kinds(room)).not.toContain('voidCut')
    expect(await deadLetters(room)).toEqual([])
  })

  it('is found also by a thread that starts again under the name of its owner', async () => {
    const room = openRoom()
    for (let i = 0; i <= DEATHS_MAX; i++) {
      const each = await start(room, 'a', { instead: mortal })
      if (i === 0) await publish(room.log, 0, [deadly(0)])
      if (i < DEATHS_MAX) await untilDead(room, each)
      else await until(room, async () => (await kinds(room)).includes('voidCut'))
      if (i === DEATHS_MAX) await each.stop()
    }
    expect((await deadLetters(room)).map(({ source }) => source)).toEqual(['examples/0/0'])
  })
})

describe('a follower that has executed a cut which is void', () => {
  it('opens a version from before it, and comes to the state of the others', async () => {
    const room = openRoom()
    const first = await start(room, 'a', { instead: mortal })
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, first, 12)
    const kept = await ask(room, first.trainer.checkpoint())
    await using hardy = await start(room, 'h', { heartbeatMs: 100_000 })
    await untilLearned(room, hardy, 12)
    await turn(room, 300)
    await publish(room.log, 0, [deadly(4)])
    await untilDead(room, first)
    await untilLearned(room, hardy, 15)
    const astray = await ask(room, hardy.trainer.checkpoint())
    expect(astray.step).toBe(kept.step + 1)
    for (let i = 1; i < DEATHS_MAX; i++) {
      const next = await start(room, `a-${i}`, { instead: { ...mortal, shelf: only(room, kept.name) } })
      await untilDead(room, next)
    }
    await using last = await start(room, 'b', { instead: { ...mortal, shelf: only(room, kept.name) } })
    await publish(room.log, 0, groups(6, 2))
    await untilLearned(room, last, 18)
    await untilLearned(room, hardy, 18)
    expect(room.notices).toContainEqual({ kind: 'diverged', error: new VoidedError(astray.step) })
    expect(await ask(room, hardy.trainer.audit(0))).toEqual(await ask(room, last.trainer.audit(0)))
    const line = await TrainingLine.open({ ...(await optionsOf(room, 'late')), before: astray.step })
    expect(line.opened.version?.name).toBe(kept.name)
  })
})

/** The room's shelf as somebody sees it to whom only one version has come. */
function only(room: Room, name: string): Room['shelf'] {
  const shelf = Object.create(room.shelf) as Room['shelf']
  shelf.list = async () => (await room.shelf.list()).filter((facts) => facts.name === name)
  return shelf
}
