import { JournalRecord } from '@freshet/contracts'
import { JOURNAL, type EventLog } from '@freshet/event-log'
import { modelSetOf } from '@freshet/model'
import { LineMismatchError } from './errors'
import { added, enter, first, followingOptions, groupsBy, removed } from './dictionary-room.fixture'
import { ask, journal, kinds, type Running, start, turn, until, untilLearned } from './running-trainer.fixture'
import { openRoom, publish, type Room } from './training-room.fixture'
import { TrainingLine } from './training-line'
import type { Trainer, TrainerOptions } from './trainer'
import { replayTwin, type TwinOutcome } from './verify'

type Settings = Partial<TrainerOptions['settings']>

async function startFollowing(room: Room, id: string, settings: Settings = {}, instead: Partial<TrainerOptions> = {}): Promise<Running> {
  return start(room, id, { ...settings, instead: { ...(await followingOptions(room, id, settings)), ...instead } })
}

/** A twin from the genesis record or from a version, and what the trainer itself says of the same step. */
async function twinOf(room: Room, trainer: Trainer, from?: string): Promise<{ twin: TwinOutcome; digest: string }> {
  const { step, digest } = await ask(room, trainer.audit(0))
  const options = await followingOptions(room, 'twin')
  const twin = await replayTwin({ ...options, ...(from === undefined ? { shelf: openRoom().shelf } : { from }), until: step })
  return { twin, digest }
}

const isConfigured = (room: Room, times = 1): Promise<boolean> =>
  kinds(room).then((all) => all.filter((kind) => kind === 'configure').length >= times)

const recordsOf = async <K extends 'configure' | 'cut' | 'result'>(room: Room, kind: K) =>
  (await journal(room)).flatMap(({ record }) =>
    record?.$case === kind ? [record as Extract<NonNullable<JournalRecord['record']>, { $case: K }>] : [],
  )

describe('another dictionary', () => {
  it('holds from a recorded step on, before the first example of it is cut', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a')
    await publish(room.log, 0, groupsBy(first, 0, 12))
    await untilLearned(room, running, 24)
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 12, 6))
    await untilLearned(room, running, 36)
    const [{ configure }, ...others] = await recordsOf(room, 'configure')
    expect(others).toEqual([])
    expect(configure).toMatchObject({ dictionaryHash: added.hash, dictionaryText: added.text, dictionaryNumber: 1 })
    for (const { cut } of await recordsOf(room, 'cut'))
      for (const { to } of cut.ranges) expect(to > 12).toBe(cut.step >= configure.effectiveStep)
    expect(await ask(room, running.trainer.status())).toMatchObject({ examples: 36, refused: 0 })
  })

  it('is taken in by an owner who has nothing to learn', async () => {
    const room = openRoom()
    await using _ = await startFollowing(room, 'a')
    await turn(room, 300)
    await enter(room.log, added, 1)
    await until(room, () => isConfigured(room))
    expect((await recordsOf(room, 'configure'))[0].configure.effectiveStep).toBe(1)
  })

  it('gives a twin from the first record, from a version before it, and from an increment after it the same digest', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a', { incrementBytes: 1 << 20 })
    await publish(room.log, 0, groupsBy(first, 0, 10))
    await untilLearned(room, running, 20)
    const before = await ask(room, running.trainer.checkpoint())
    await enter(room.log, added, 1)
    await publish(room.log, 1, groupsBy(added, 0, 10))
    await untilLearned(room, running, 40)
    const full = await ask(room, running.trainer.checkpoint())
    await publish(room.log, 0, groupsBy(added, 10, 4))
    await untilLearned(room, running, 48)
    const increment = await ask(room, running.trainer.checkpoint())
    await publish(room.log, 0, groupsBy(added, 14, 4))
    await untilLearned(room, running, 56)
    expect([before, full, increment].map(({ kind }) => kind)).toEqual(['full', 'full', 'increment'])
    for (const from of [undefined, before.name, full.name, increment.name]) {
      const { twin, digest } = await twinOf(room, running.trainer, from)
      expect(twin.digest).toBe(digest)
    }
  })

  it('stands in versions: its hash, its model, and serving graphs of its own', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a', { incrementBytes: 1 << 20 })
    await publish(room.log, 0, groupsBy(first, 0, 4))
    await untilLearned(room, running, 8)
    await ask(room, running.trainer.checkpoint())
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 4, 4))
    await untilLearned(room, running, 16)
    await ask(room, running.trainer.checkpoint())
    const [before, after] = room.shelf.versions
    expect([before.facts.dictionaryHash, after.facts.dictionaryHash]).toEqual([first.hash, added.hash])
    expect(JSON.parse(after.facts.model)).toMatchObject({ layout: added.layout })
    expect(after.contents.blobs['rank.onnx']).not.toEqual(before.contents.blobs['rank.onnx'])
  })

  it('leaves older examples what they are: they are learned from after it, by their names', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a')
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 0, 6))
    await untilLearned(room, running, 12)
    await publish(room.log, 1, groupsBy(first, 0, 6)) // of a partition whose fold is behind
    await untilLearned(room, running, 24)
    expect(await ask(room, running.trainer.status())).toMatchObject({ examples: 24, refused: 0 })
    const { twin, digest } = await twinOf(room, running.trainer)
    expect(twin.digest).toBe(digest)
  })

  it('may take features away, and be followed by the first one again', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a')
    const dictionaries = [first, added, removed, first]
    for (const [number, dictionary] of dictionaries.entries()) {
      if (number > 0) await enter(room.log, dictionary, number)
      await publish(room.log, 0, groupsBy(dictionary, 6 * number, 6))
      await untilLearned(room, running, 12 * (number + 1))
    }
    expect(await ask(room, running.trainer.status())).toMatchObject({ refused: 0, parameters: expect.any(Number) })
    const { twin, digest } = await twinOf(room, running.trainer)
    expect(twin.digest).toBe(digest)
  })

  it('is told to readers by value: dense parameters of the new length, of steps from it on', async () => {
    const room = openRoom()
    await using running = await startFollowing(room, 'a', { denseMs: 1 })
    await turn(room, 10)
    await publish(room.log, 0, groupsBy(first, 0, 8))
    await untilLearned(room, running, 16)
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 8, 8))
    await untilLearned(room, running, 32)
    await turn(room, 100)
    const [{ configure }] = await recordsOf(room, 'configure')
    const results = (await recordsOf(room, 'result')).filter(({ result }) => result.denseLength > 0)
    const { genesis } = await followingOptions(room, 'x')
    const lengthOf = (model: string): number => modelSetOf(model).parameterCount
    for (const { result } of results)
      expect(result.denseLength).toBe(lengthOf(result.fromStep < configure.effectiveStep ? genesis.model : configure.model))
    expect(new Set(results.map(({ result }) => result.denseLength)).size).toBe(2)
  })
})

describe('a change of the dictionary that somebody does not survive', () => {
  it('is taken over by the standby, which comes to the same bits', async () => {
    const room = openRoom()
    const owner = await startFollowing(room, 'a')
    await publish(room.log, 0, groupsBy(first, 0, 8))
    await untilLearned(room, owner, 16)
    await using standby = await startFollowing(room, 'b')
    await enter(room.log, added, 1)
    await until(room, () => isConfigured(room))
    await owner.stop()
    await publish(room.log, 0, groupsBy(added, 8, 8))
    await untilLearned(room, standby, 32)
    const { twin, digest } = await twinOf(room, standby.trainer)
    expect(twin.digest).toBe(digest)
    expect((await kinds(room)).filter((kind) => kind === 'configure')).toHaveLength(1)
  })

  it.each<[string, (log: EventLog) => EventLog]>([
    ['before it is recorded', (log) => failingAt(log, 'configure', 'before')],
    ['after it was recorded, and not heard of', (log) => failingAt(log, 'configure', 'after')],
    ['at the first cut under it', (log) => failingAt(log, 'cut', 'after', 2)],
  ])('%s: the next owner records it once, and agrees with a twin', async (_, spoil) => {
    const room = openRoom()
    const fallen = await startFollowing(room, 'a', {}, { log: spoil(room.log) })
    await publish(room.log, 0, groupsBy(first, 0, 4))
    await untilLearned(room, fallen, 8)
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 4, 4))
    await turn(room, 3000)
    await expect(fallen.ended).rejects.toThrow('the power is gone')
    await using next = await startFollowing(room, 'b')
    await untilLearned(room, next, 16)
    const { twin, digest } = await twinOf(room, next.trainer)
    expect(twin.digest).toBe(digest)
    expect((await kinds(room)).filter((kind) => kind === 'configure')).toHaveLength(1)
  })

  it('is refused where the graphs at hand are of another model', async () => {
    const room = openRoom()
    const running = await startFollowing(room, 'a')
    await enter(room.log, added, 1)
    await publish(room.log, 0, groupsBy(added, 0, 4))
    await untilLearned(room, running, 8)
    await ask(room, running.trainer.checkpoint())
    await running.stop()
    const { toolsOf: _, ...unaware } = await followingOptions(room, 'b')
    await expect(TrainingLine.open(unaware)).rejects.toThrow(LineMismatchError)
  })
})

/** A log that is lost with its process at the `nth` record of a kind: nothing is heard of what it wrote, or it wrote nothing. */
function failingAt(log: EventLog, kind: string, moment: 'before' | 'after', nth = 1): EventLog {
  let seen = 0
  let isGone = false
  return {
    ...log,
    async appendIf(to, expected, entry) {
      if (isGone) throw new RangeError('the power is gone')
      isGone = to.topic === JOURNAL.topic && JournalRecord.decode(entry.value).record?.$case === kind && ++seen === nth
      if (isGone && moment === 'before') throw new RangeError('the power is gone')
      const offset = await log.appendIf(to, expected, entry)
      if (isGone) throw new RangeError('the power is gone')
      return offset
    },
  }
}
