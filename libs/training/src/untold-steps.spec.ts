import { JournalRecord, type Result } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import type { Table } from '@freshet/embedding'
import { uint32Of } from '@freshet/kernel'
import { rowsIn, ValueFollower } from './forgetful-room.fixture'
import { ask, journal, type Running, start, turn, until, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { TrainingLine } from './training-line'

/** A log that takes no result any more from a moment on, as if its writer's machine had lost its power there. */
function muted(log: EventLog): { readonly log: EventLog; readonly mute: () => void } {
  let isMute = false
  return {
    mute: () => void (isMute = true),
    log: {
      ...log,
      appendIf: (to, expected, entry) =>
        isMute && to.topic === JOURNAL.topic && JournalRecord.decode(entry.value).record?.$case === 'result'
          ? Promise.reject(new RangeError('the power is gone'))
          : log.appendIf(to, expected, entry),
    },
  }
}

/** An owner that falls before it has told of a step which its standby, in step with it, has executed as well. */
async function afterAnUntoldStep(room: Room): Promise<Running> {
  const { log, mute } = muted(room.log)
  const owner = await start(room, 'a', { instead: { log } })
  owner.ended.catch(() => undefined)
  await publish(room.log, 0, groups(0, 4))
  await untilLearned(room, owner, 12)
  const standby = await start(room, 'b')
  await untilLearned(room, standby, 12)
  await turn(room, 100)
  mute()
  await publish(room.log, 0, groups(4, 2))
  await untilLearned(room, standby, 18)
  await until(room, async () => (await standby.trainer.status()).role === 'owner')
  return standby
}

const resultsOf = async (room: Room): Promise<Result[]> =>
  (await journal(room)).flatMap(({ record }) => (record?.$case === 'result' ? [record.result] : []))

describe('the first result of who takes over', () => {
  it('leaves out the rows of steps that it executed as a follower and nobody told, and sends readers to a version', async () => {
    const room = openRoom()
    await using heir = await afterAnUntoldStep(room)
    await until(room, async () => room.shelf.versions.length > 0)
    const [first] = (await journal(room)).flatMap(({ owner, record }) =>
      owner === 'b' && record?.$case === 'result' ? [record.result] : [],
    )
    expect(first).toMatchObject({ rowsOmitted: true, continues: false })
    expect(first.toStep).toBeGreaterThan(1)
    expect(room.shelf.versions.at(-1)?.facts.step).toBeGreaterThanOrEqual(first.toStep)
    expect(await ask(room, heir.trainer.status())).toMatchObject({ role: 'owner', epoch: 2 })
  })

  it('lets a follower by value have all rows of the owner, with the same values', async () => {
    const room = openRoom()
    await using heir = await afterAnUntoldStep(room)
    await publish(room.log, 0, groups(6, 6))
    await untilLearned(room, heir, 36)
    await turn(room, 500)
    const last = await ask(room, heir.trainer.checkpoint())
    const follower = await followedByValue(room)
    const owned = rowsIn(await tableOf(room, last.step), IDS)
    expect(owned.known.filter(Boolean).length).toBeGreaterThan(20)
    expect(rowsIn(follower.table, IDS)).toEqual(owned)
  })
})

/** All ids that the examples name. */
const IDS = Uint32Array.from(groups(0, 12).flatMap(({ userIds, items }) => [userIds, ...items.map(({ ids }) => ids)].flatMap((ids) => [...uint32Of(ids)]))) // prettier-ignore

/** A ranker's rows: by results, and by the next version where a result leaves rows out. */
async function followedByValue(room: Room): Promise<ValueFollower> {
  const follower = new ValueFollower()
  let parts: Result[] = []
  for (const result of await resultsOf(room)) {
    parts.push(result)
    if (result.continues) continue
    if (result.rowsOmitted) take(follower, await tableOf(room, result.toStep))
    else follower.apply(parts)
    parts = []
  }
  return follower
}

function take({ table }: ValueFollower, from: Table): void {
  const { known, values } = rowsIn(from, IDS)
  known.forEach((isKnown, i) => {
    if (isKnown) table.assign(IDS.subarray(2 * i, 2 * i + 2), 1, values.subarray(i * from.width, (i + 1) * from.width))
  })
}

/** The rows of the first version that contains a step. */
async function tableOf(room: Room, step: number): Promise<Table> {
  const version = (await room.shelf.list()).find((facts) => facts.step >= step)
  const { learner } = await TrainingLine.open({ ...(await optionsOf(room, 'reader')), from: version?.name ?? 'none' })
  return learner.state.table
}
