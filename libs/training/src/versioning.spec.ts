import type { JournalState } from '@freshet/follow'
import { ask, start, turn, until, untilLearned } from './running-trainer.fixture'
import { TrainingLine } from './training-line'
import { groups, openRoom, optionsOf, publish } from './training-room.fixture'

describe('a version', () => {
  it('contains each cut that its place in the journal lies behind: also the one that was durable one ahead', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { versionSteps: 2 })
    for (let i = 1; i <= 4; i++) {
      await publish(room.log, 0, groups(40 * (i - 1), 40)) // several cuts wait
      await untilLearned(room, running, 120 * i)
    }
    await turn(room, 100)
    expect(room.shelf.versions.length).toBeGreaterThan(2)
    for (const { facts, contents } of room.shelf.versions) {
      const journal = JSON.parse(contents.documents['journal.json']) as JournalState
      expect(facts.step).toBe(journal.step)
    }
  })
})

describe('an owner that was deposed', () => {
  it('reads on from its version before it acts, though that version says that it owns the line', async () => {
    const room = openRoom()
    await using zombie = await start(room, 'a')
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, zombie, 12)
    await ask(room, zombie.trainer.checkpoint())
    const { desk } = await TrainingLine.open(await optionsOf(room, 'usurper'))
    for (let records = await desk.readOn(); records.length > 0;) records = await desk.readOn()
    await desk.append({ $case: 'claim', claim: { previous: desk.state.lastOffset, reason: 'silence' } }, desk.state.epoch + 1)
    await until(room, async () => (await zombie.trainer.status()).owner === 'usurper')
    expect(await ask(room, zombie.trainer.status())).toMatchObject({ role: 'follower', epoch: 2, examples: 12 })
  })
})
