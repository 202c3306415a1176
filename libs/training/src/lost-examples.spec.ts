import { JOURNAL, TOPICS } from '@freshet/event-log'
import { ask, journal, start, turn, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { replayTwin } from './verify'

const EXAMPLES = { topic: TOPICS.examples, partition: 0 }

/** A room whose first partition has lost records 4 to 6 while nobody learned. */
async function afterLoss(): Promise<Room> {
  const room = openRoom()
  {
    await using first = await start(room, 'a')
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, first, 12)
    await ask(room, first.trainer.checkpoint())
  }
  await publish(room.log, 0, groups(4, 6))
  await room.log.trim(EXAMPLES, 7)
  return room
}

describe('examples that are in the log no more, and were never cut', () => {
  it('let their partition stand still and be reported, while the others go on', async () => {
    const room = await afterLoss()
    await using trainer = await start(room, 'b')
    await publish(room.log, 1, groups(100, 2))
    await untilLearned(room, trainer, 18)
    await turn(room, 500)
    const { lost, examples } = await ask(room, trainer.trainer.status())
    expect([lost[0], lost[1], examples]).toEqual([3, 0, 18])
  })

  it('are given up by a record, once somebody says how many they are; what comes after them is learned', async () => {
    const room = await afterLoss()
    await using running = await start(room, 'b')
    await until(room, async () => (await running.trainer.status()).role === 'owner')
    for (const records of [2, 4, 0]) {
      const refused = ask(room, running.trainer.declareLoss({ partition: 0, records }))
      await expect(refused).rejects.toThrow(`partition 0 has lost 3 examples, not ${records}; say how many`)
    }
    await expect(ask(room, running.trainer.declareLoss({ partition: 1, records: 3 }))).rejects.toMatchObject({ code: 'PRECONDITION' })
    const { from, to, step } = await ask(room, running.trainer.declareLoss({ partition: 0, records: 3 }))
    expect([from, to]).toEqual([4, 7])
    await untilLearned(room, running, 21)
    expect((await ask(room, running.trainer.status())).lost).toEqual([0, 0])
    const reasons = (await journal(room)).flatMap(({ record }) => (record?.$case === 'voidCut' ? [record.voidCut] : []))
    expect(reasons).toEqual([{ step, reason: '3 examples of partition 0 are in the log no more, and were given up' }])
  })

  it('are passed over at the same step by a twin: its state is the same', async () => {
    const room = await afterLoss()
    const live = await (async () => {
      await using running = await start(room, 'b')
      await until(room, async () => (await running.trainer.status()).role === 'owner')
      await ask(room, running.trainer.declareLoss({ partition: 0, records: 3 }))
      await untilLearned(room, running, 21)
      return await ask(room, running.trainer.checkpoint())
    })()
    const [oldest] = await (await optionsOf(room, 'twin')).shelf.list()
    expect(oldest.step).toBeLessThan(live.step)
    const twin = await replayTwin({ ...(await optionsOf(room, 'twin')), from: oldest.name, until: live.step })
    expect([twin.step, twin.digest]).toEqual([live.step, live.digest])
  })

  it('can be given up by the owner alone', async () => {
    const room = await afterLoss()
    await using owner = await start(room, 'b')
    await until(room, async () => (await owner.trainer.status()).role === 'owner')
    await using follower = await start(room, 'c')
    await until(room, async () => (await follower.trainer.status()).owner === 'b')
    await expect(ask(room, follower.trainer.declareLoss({ partition: 0, records: 3 }))).rejects.toMatchObject({ code: 'NOT_OWNER' })
    expect(await room.log.next(JOURNAL)).toBeGreaterThan(0)
  })
})
