import type { ExampleGroup } from '@freshet/contracts'
import { added, enter, first, followingOptions, groupsBy } from './dictionary-room.fixture'
import { ask, start, until, untilLearned } from './running-trainer.fixture'
import { SharedSteps } from './threads.fixture'
import { exampleItem, floats, group, groups, openRoom, optionsOf, publish, type Room, tools } from './training-room.fixture'
import { EMPTY_SHELF } from './version-shelf'
import { replayTwin, type TwinOptions } from './verify'

const CREWS = [1, 2, 4]

const sharedBy = (steps: SharedSteps) => ({ tools: { ...tools, openEngine: steps.openEngine } })

/** What twins come to: the plain engine's, and one of each crew. */
async function digestsOf(room: Room, step: number, options: Partial<TwinOptions> = { shelf: EMPTY_SHELF }): Promise<string[]> {
  const own = { ...(await optionsOf(room, 'twin')), ...options, until: step }
  const crews = CREWS.map((workers) => sharedBy(new SharedSteps(workers)))
  const digests: string[] = []
  for (const instead of [{}, ...crews]) digests.push((await replayTwin({ ...own, ...instead })).digest)
  return digests
}

describe('a trainer whose steps threads share', () => {
  it('comes to the digest of every twin, on one thread or on four, though workers come, leave and die under way', async () => {
    const room = openRoom()
    const steps = new SharedSteps(2)
    await using running = await start(room, 'a', { instead: sharedBy(steps) })
    await publish(room.log, 0, groups(0, 6))
    await untilLearned(room, running, 18)
    void steps.kill()
    await publish(room.log, 1, groups(6, 6))
    await untilLearned(room, running, 36)
    void steps.scaleTo(4)
    await publish(room.log, 0, groups(12, 6))
    await untilLearned(room, running, 54)
    await steps.scaleTo(1)
    await publish(room.log, 1, groups(18, 6))
    await untilLearned(room, running, 72)
    const { step, digest } = await ask(room, running.trainer.audit(0))
    expect(new Set(await digestsOf(room, step))).toEqual(new Set([digest]))
  }, 60_000)

  it('makes versions of one moment, though threads change rows while they are read; each opens under any crew', async () => {
    const room = openRoom()
    const steps = new SharedSteps(3)
    await using running = await start(room, 'a', { incrementBytes: 1 << 20, instead: sharedBy(steps) })
    await publish(room.log, 0, groups(0, 6))
    await untilLearned(room, running, 18)
    const made = [running.trainer.checkpoint()]
    await publish(room.log, 0, groups(6, 10))
    await untilLearned(room, running, 48)
    made.push(running.trainer.checkpoint())
    await publish(room.log, 1, groups(0, 10))
    await untilLearned(room, running, 78)
    const versions = await ask(room, Promise.all(made))
    expect(versions.map(({ kind }) => kind)).toEqual(['full', 'increment'])
    for (const { name, step, digest } of versions) {
      expect(new Set(await digestsOf(room, step))).toEqual(new Set([digest]))
      expect(new Set(await digestsOf(room, step, { from: name }))).toEqual(new Set([digest]))
    }
  }, 60_000)

  it('leaves out the same examples, whoever computes the step', async () => {
    const room = openRoom()
    const endless: ExampleGroup = group(3, {
      items: [exampleItem(1, 1), { ...exampleItem(1, 2), label: 1, numbers: floats([3e38]) }, exampleItem(1, 4)],
    })
    await using running = await start(room, 'a', { instead: sharedBy(new SharedSteps(2)) })
    await publish(room.log, 0, [...groups(0, 3), endless, ...groups(4, 3)])
    await untilLearned(room, running, 20)
    expect((await ask(room, running.trainer.status())).refused).toBe(1)
    const { step, digest } = await ask(room, running.trainer.audit(0))
    expect(new Set(await digestsOf(room, step))).toEqual(new Set([digest]))
  }, 60_000)

  it('goes on under another dictionary with the same rows, and with whoever is there then', async () => {
    const room = openRoom()
    const steps = new SharedSteps(2)
    const following = async (id: string, openEngine = tools.openEngine) => {
      const { toolsOf, ...options } = await followingOptions(room, id)
      const other = async (model: string) => ({ ...(await toolsOf?.(model)), openEngine }) as typeof options.tools
      return { ...options, tools: { ...options.tools, openEngine }, toolsOf: other }
    }
    await using running = await start(room, 'a', { instead: await following('a', steps.openEngine) })
    await publish(room.log, 0, groupsBy(first, 0, 8))
    await untilLearned(room, running, 16)
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 8, 8))
    await untilLearned(room, running, 32)
    await until(room, async () => (await running.trainer.status()).dictionaryHash === added.hash)
    const { step, digest } = await ask(room, running.trainer.audit(0))
    const alone = await replayTwin({ ...(await following('twin')), shelf: EMPTY_SHELF, until: step })
    const four = await replayTwin({ ...(await following('twin', new SharedSteps(4).openEngine)), shelf: EMPTY_SHELF, until: step })
    expect([alone.digest, four.digest]).toEqual([digest, digest])
  }, 60_000)
})
