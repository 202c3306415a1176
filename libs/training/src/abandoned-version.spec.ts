import type { EventLog } from '@freshet/event-log'
import { ask, start, turn, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { TrainingLine } from './training-line'

/** A shelf whose disk stands still until `goOn` is called. */
function standingShelf(room: Room) {
  const shelf = Object.create(room.shelf) as Room['shelf']
  let [release, isWaiting] = [(): void => undefined, false]
  const released = new Promise<void>((resolve) => (release = resolve))
  shelf.save = async (facts, draft) => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      isWaiting = true
      await released
      yield* draft.table.bytes()
    }
    await room.shelf.save(facts, { ...draft, table: { ...draft.table, bytes } })
  }
  return { shelf, goOn: () => release(), isWaiting: () => isWaiting }
}

/** An owner whose last cut is void: a journal in which the cut of a step stands, which a follower has executed, and then that it is void. */
async function voidLastCut(room: Room): Promise<number> {
  const { desk } = await TrainingLine.open(await optionsOf(room, 'a'))
  for (let records = await desk.readOn(); records.length > 0;) records = await desk.readOn()
  const step = desk.state.step
  await desk.append({ $case: 'voidCut', voidCut: { step, reason: 'it ended its process' } })
  return step
}

describe('a version that a follower makes of a state which turns out not to be the journal’s', () => {
  it('is given up with its line: nobody can open it', async () => {
    const room = openRoom()
    const { shelf, goOn, isWaiting } = standingShelf(room)
    const { log, fall } = falling(room.log)
    const owner = await start(room, 'a', { resultMs: 1e9, heartbeatMs: 100_000, instead: { log } })
    await publish(room.log, 0, groups(0, 4))
    await untilLearned(room, owner, 12)
    await ask(room, owner.trainer.checkpoint())
    await using follower = await start(room, 'f', { heartbeatMs: 100_000, instead: { shelf } })
    await untilLearned(room, follower, 12)
    await turn(room, 300)
    fall() // once its next cut is durable
    await publish(room.log, 0, groups(4, 2))
    await untilLearned(room, follower, 18)
    const making = follower.trainer.checkpoint().catch((error: unknown) => error)
    await until(room, async () => isWaiting())
    const step = await voidLastCut(room)
    await until(room, async () => room.notices.some(({ kind }) => kind === 'diverged'))
    goOn()
    expect(await ask(room, making)).toMatchObject({ code: 'UNAVAILABLE' })
    expect((await room.shelf.list()).filter((facts) => facts.step >= step)).toEqual([])
    expect(await ask(room, follower.trainer.status())).toMatchObject({ role: 'follower', examples: 12 })
  })
})

/** A log that answers its writer no more after the first record from a moment on. */
function falling(log: EventLog): { readonly log: EventLog; readonly fall: () => void } {
  let left = Infinity
  const appendIf: EventLog['appendIf'] = (...asked) => (left-- > 0 ? log.appendIf(...asked) : new Promise(() => undefined))
  return { log: { ...log, appendIf }, fall: () => void (left = 1) }
}
