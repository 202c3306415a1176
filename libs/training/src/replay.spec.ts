import type { JournalRecord } from '@freshet/contracts'
import type { FoldedRecord } from './journal-desk'
import { Replay } from './replay'
import { start, turn, untilLearned } from './running-trainer.fixture'
import { groups, openRoom, optionsOf, publish } from './training-room.fixture'
import { TrainingLine } from './training-line'

type Kind = NonNullable<JournalRecord['record']>['$case']

/** A follower, and a journal in which two cuts stand before the first one's result: it tells which steps it executes while it obeys the next records. */
async function follower() {
  const room = openRoom()
  await using owner = await start(room, 'a', { resultMs: 1e9 })
  await publish(room.log, 0, groups(0, 14))
  await untilLearned(room, owner, 42)
  await turn(room, 100)
  const line = await TrainingLine.open({ ...(await optionsOf(room, 'f')), shelf: openRoom().shelf })
  const records: FoldedRecord[] = []
  for (let read = await line.desk.readOn(); read.length > 0; read = await line.desk.readOn()) records.push(...read)
  const executed: number[] = []
  const replay = new Replay(line, ({ step }) => executed.push(step))
  const next = async (kind: Kind): Promise<readonly number[]> => {
    const before = executed.length
    for (let isThere = false; !isThere;) {
      const [folded] = records.splice(0, 1)
      await replay.obey(folded)
      isThere = folded.record.record?.$case === kind
    }
    return executed.slice(before)
  }
  return { replay, next }
}

describe('a follower that has read the journal to its end', () => {
  it('executes no cut that nobody has survived yet, though another one comes after it', async () => {
    const { replay, next } = await follower()
    expect(await next('cut')).toEqual([])
    replay.current() // the first cut may be what has ended its owner
    expect(await next('cut')).toEqual([]) // made durable one ahead, before the first was executed
    expect(replay.waiting).toBe(2)
  })

  it('executes what its owner has survived, and from then on each cut as it comes', async () => {
    const { replay, next } = await follower()
    await next('cut')
    replay.current()
    const survived = await next('result')
    expect(survived.slice(0, 2)).toEqual([1, 2])
    expect(replay.waiting).toBe(0)
  })

  it('is in step at once where nothing waits', async () => {
    const { replay, next } = await follower()
    replay.current()
    expect(await next('cut')).toEqual([1])
    expect(await next('cut')).toEqual([2])
  })

  it('hands over what waits to whoever owns the line next', async () => {
    const { replay, next } = await follower()
    await next('cut')
    await next('cut')
    expect(replay.release().map(({ step }) => step)).toEqual([1, 2])
    expect(replay.waiting).toBe(0)
  })
})
