import { openEngine, type OpenEngine } from '@freshet/learner'
import { JOURNAL } from '@freshet/event-log'
import { ask, type Running, start, turn, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room, tools } from './training-room.fixture'
import { replayTwin, type TwinOptions } from './verify'
import { EMPTY_SHELF, type VersionFacts } from './version-shelf'

/** A shelf whose disk is so slow that each slice waits until `goOn` is called. */
function slowShelf(room: Room): { shelf: Room['shelf']; goOn: () => void; waiting: () => boolean } {
  const shelf = Object.create(room.shelf) as Room['shelf']
  let [release, isWaiting, isOpen] = [(): void => undefined, false, false]
  shelf.save = async (facts, draft) => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for await (const slice of draft.table.bytes()) {
        if (!isOpen) {
          isWaiting = true
          await new Promise<void>((resolve) => (release = resolve))
        }
        yield slice
      }
    }
    await room.shelf.save(facts, { ...draft, table: { ...draft.table, bytes } })
  }
  const goOn = (): void => {
    isOpen = true
    release()
  }
  return { shelf, goOn, waiting: () => isWaiting }
}

async function learn(room: Room, running: Running, upTo: number, from = upTo - 4): Promise<void> {
  await publish(room.log, 0, groups(from, upTo - from))
  await untilLearned(room, running, 3 * upTo)
}

/** Engines with tables beside which what a version always holds is small. */
const openBroad: OpenEngine = async (model, engineTools) => {
  const engine = await openEngine(model, engineTools)
  const ids = Uint32Array.from({ length: 12_000 }, (_, i) => i + 1)
  engine.state.tables[0].rowsOf(ids, 6000, { step: 0 })
  return engine
}
const broad = { tools: { ...tools, openEngine: openBroad } }

const kindsOf = (room: Room): string[] => room.shelf.versions.map(({ facts }) => facts.kind)

describe('a version that is made while training goes on', () => {
  it('has the digest that an undisturbed twin has after its step, and from it a twin comes to the state of its maker', async () => {
    const room = openRoom()
    const { shelf, goOn, waiting } = slowShelf(room)
    await using running = await start(room, 'a', { instead: { shelf } })
    await learn(room, running, 4)
    let made: VersionFacts | undefined
    const making = running.trainer.checkpoint().then((version) => (made = version))
    await until(room, async () => waiting())
    const { step } = await running.trainer.status()
    for (let upTo = 8; upTo <= 24; upTo += 4) await learn(room, running, upTo) // nothing waits for the version
    expect(made).toBeUndefined()
    goOn()
    const version = await ask(room, making)
    expect((await ask(room, running.trainer.status())).step).toBeGreaterThan(version.step + 3)
    expect(version.step).toBe(step)
    const alone = await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')
    expect(await replayTwin({ ...alone, until: step })).toMatchObject({ from: '', step, digest: version.digest })
    const now = await ask(room, running.trainer.audit(0))
    const reopened = await replayTwin({ ...(await optionsOf(room, 'twin')), from: version.name })
    expect([reopened.step, reopened.digest, reopened.steps]).toEqual([now.step, now.digest, now.step - step])
    expect((await replayTwin(alone)).digest).toBe(now.digest)
  })

  it('is one at a time: who asks for another gets one of the state after it', async () => {
    const room = openRoom()
    const { shelf, goOn, waiting } = slowShelf(room)
    await using running = await start(room, 'a', { instead: { shelf } })
    await learn(room, running, 4)
    const first = running.trainer.checkpoint()
    await until(room, async () => waiting())
    const same = running.trainer.checkpoint()
    await turn(room, 50)
    await learn(room, running, 8)
    const later = running.trainer.checkpoint()
    await turn(room, 50)
    goOn()
    const versions = await ask(room, Promise.all([first, same, later]))
    expect(versions[1]).toBe(versions[0])
    expect(versions[2].step).toBeGreaterThan(versions[0].step)
  })

  it('is given up where its line is: the next one is whole', async () => {
    const room = openRoom()
    const { shelf, goOn, waiting } = slowShelf(room)
    await using zombie = await start(room, 'a', { instead: { shelf } })
    await learn(room, zombie, 4)
    const making = zombie.trainer.checkpoint()
    making.catch(() => undefined)
    await until(room, async () => waiting())
    await using usurper = await start(room, 'b')
    await until(room, async () => (await usurper.trainer.status()).epoch === 1)
    await ask(room, zombie.trainer.grant('b'))
    await until(room, async () => (await usurper.trainer.status()).role === 'owner')
    goOn()
    await learn(room, usurper, 8)
    const { digest } = await ask(room, usurper.trainer.checkpoint())
    expect((await ask(room, usurper.trainer.audit(0))).digest).toBe(digest)
  })

  it('ends a trainer that cannot write it, with the reason', async () => {
    const room = openRoom()
    const shelf = Object.create(room.shelf) as Room['shelf']
    shelf.save = () => Promise.reject(new TypeError('the disk is gone'))
    const running = await start(room, 'a', { versionSteps: 1, instead: { shelf } })
    await publish(room.log, 0, groups(0, 4))
    let failure: unknown
    running.ended.catch((error: unknown) => (failure = error))
    for (let i = 0; i < 100 && !failure; i++) await turn(room, 20)
    expect(failure).toEqual(new TypeError('the disk is gone'))
  })
})

describe('increments', () => {
  const OFTEN = { incrementSteps: 1, instead: broad }
  const twinOf = async (room: Room, options: Partial<TwinOptions>) =>
    replayTwin({ ...(await optionsOf(room, 'twin')), ...broad, ...options })

  it('are made between full versions, and each opens as what a twin has after its step', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', OFTEN)
    await learn(room, running, 12, 0)
    await ask(room, running.trainer.checkpoint())
    for (let upTo = 16; upTo <= 24; upTo += 4) {
      await learn(room, running, upTo)
      await turn(room, 400)
    }
    await turn(room, 100)
    expect(kindsOf(room)).toContain('increment')
    for (const { facts } of room.shelf.versions) {
      const opened = await twinOf(room, { from: facts.name, until: facts.step })
      expect(opened).toMatchObject({ steps: 0, digest: facts.digest })
      expect(await twinOf(room, { shelf: EMPTY_SHELF, until: facts.step })).toMatchObject({ digest: facts.digest })
    }
  })

  it('build upon the version before them', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', OFTEN)
    for (let upTo = 4; upTo <= 60; upTo += 4) {
      await learn(room, running, upTo)
      await turn(room, 400)
    }
    const { versions } = room.shelf
    versions.slice(1).forEach(({ facts }, i) => {
      const before = versions[i].facts
      expect(facts.parent).toBe(before.name)
      expect(facts.parentDigest).toBe(facts.kind === 'increment' ? before.digest : '')
    })
  })

  it('give way to a full version where they would weigh more than half of one', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { incrementSteps: 1 }) // a table that is nothing beside the rest of the state
    for (let upTo = 4; upTo <= 12; upTo += 4) {
      await learn(room, running, upTo)
      await turn(room, 400)
    }
    expect(kindsOf(room).length).toBeGreaterThan(1)
    expect(new Set(kindsOf(room))).toEqual(new Set(['full']))
  })

  it('lie above one full version where it is small: full ones too soon would push out the oldest that is kept', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { incrementSteps: 1, incrementBytes: 1 << 20 })
    for (let upTo = 4; upTo <= 12; upTo += 4) {
      await learn(room, running, upTo)
      await turn(room, 400)
    }
    expect(kindsOf(room).slice(0, 3)).toEqual(['full', 'increment', 'increment'])
  })

  it('go with their full version, and the journal reaches back to the oldest full one', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { ...OFTEN, versionSteps: 8, versionsKept: 3 })
    for (let upTo = 4; upTo <= 60; upTo += 4) {
      await learn(room, running, upTo)
      await turn(room, 400)
    }
    await ask(room, running.trainer.checkpoint())
    expect(kindsOf(room).filter((kind) => kind === 'full')).toHaveLength(3)
    const [oldest] = room.shelf.versions
    expect(oldest.facts.kind).toBe('full')
    expect(await room.log.first(JOURNAL)).toBe(oldest.facts.journalOffset - 1)
    const { step, digest } = await ask(room, running.trainer.audit(0))
    for (const { facts } of room.shelf.versions) {
      expect(await twinOf(room, { from: facts.name, until: step })).toMatchObject({ digest })
    }
  })

  it('that are damaged are named, and the chain before them is used; what comes next is a full version', async () => {
    const room = openRoom()
    const first = await start(room, 'a', OFTEN)
    await learn(room, first, 60, 0)
    for (let upTo = 64; upTo <= 76; upTo += 4) {
      await learn(room, first, upTo)
      await turn(room, 400)
    }
    await turn(room, 100)
    const { step } = await ask(room, first.trainer.status())
    room.shelf.save = () => new Promise(() => undefined) // it is killed
    await first.stop()
    Reflect.deleteProperty(room.shelf, 'save')
    const torn = room.shelf.versions.findLastIndex(({ facts }) => facts.kind === 'increment')
    expect(torn).toBeGreaterThan(0)
    const { contents, facts } = room.shelf.versions[torn]
    room.shelf.versions[torn].contents = { ...contents, table: contents.table.filter(({ name }) => !name.startsWith('table.records')) }
    const count = room.shelf.versions.length
    await using second = await start(room, 'b', OFTEN)
    await until(room, async () => (await second.trainer.status()).role === 'owner')
    const skipped = room.notices.flatMap((notice) => (notice.kind === 'version-skipped' ? [notice.skipped.version] : []))
    expect(skipped).toContain(facts.name)
    await learn(room, second, 80)
    await until(room, async () => room.shelf.versions.length > count)
    expect(room.shelf.versions.at(-1)?.facts).toMatchObject({ kind: 'full' })
    expect(room.shelf.versions.at(-1)?.facts.step).toBeGreaterThanOrEqual(step)
  })

  it('bound what a restart replays', async () => {
    const room = openRoom()
    const settings = { ...OFTEN, incrementSteps: 4 }
    const first = await start(room, 'a', settings)
    for (let upTo = 12; upTo <= 48; upTo += 12) {
      await learn(room, first, upTo, upTo - 12)
      await turn(room, 12_000) // a twentieth of it may go into increments
    }
    room.shelf.save = () => new Promise(() => undefined)
    await first.stop()
    room.notices.length = 0
    await using second = await start(room, 'b', OFTEN)
    await until(room, async () => (await second.trainer.status()).role === 'owner')
    const replayed = room.notices.flatMap((notice) => (notice.kind === 'recovery' && notice.phase === 'current' ? [notice.steps] : []))
    expect(replayed[0]).toBeLessThan(4)
    expect((await ask(room, second.trainer.status())).step).toBeGreaterThanOrEqual(8)
  })
})
