import { Cut, DeadLetter, ExampleGroup } from '@freshet/contracts'
import { DEAD_LETTER } from '@freshet/event-log'
import type { Learner } from './learner'
import { digestState } from './learner-state'
import { ask, journal, start, turn, until, untilLearned } from './running-trainer.fixture'
import type { TrainerOptions } from './trainer'
import {
  exampleItem,
  floats,
  group,
  groups,
  openLearner,
  openRoom,
  optionsOf,
  publish,
  type Room,
  withGradient,
} from './training-room.fixture'
import { replayTwin } from './verify'

const BAD = 0.123456
/** A group of three of which the second is bad. */
const spoiled = (offset: number): ExampleGroup =>
  group(offset, { items: [exampleItem(1, 1), { ...exampleItem(1, 2), numbers: floats([BAD]) }, exampleItem(1, 4)] })

/** Mathematics in which one number leads to no gradient. */
function brittle(): Pick<TrainerOptions, 'tools'> & { readonly runs: number[] } {
  const runs: number[] = []
  const tools = withGradient((runner) => ({
    ...runner,
    run: async (feeds) => {
      const outputs = await runner.run(feeds)
      runs.push(feeds.labels.shape[0])
      if (feeds.numbers.data.includes(Math.fround(BAD))) for (const output of Object.values(outputs)) output.fill(NaN)
      return outputs
    },
  }))
  return { tools, runs }
}

async function openBrittle(): Promise<{ learner: Learner; runs: number[] }> {
  const { tools, runs } = brittle()
  return { learner: await openLearner({ tools }), runs }
}

const stepOver = (learner: Learner, parts: readonly ExampleGroup[]) =>
  learner.step(Cut.create({ step: learner.state.step + 1, ranges: [{ partition: 0, from: 0, to: parts.length }] }), [
    { partition: 0, to: parts.length, groups: parts },
  ])

describe('a gradient that is not finite', () => {
  it('costs its own example alone: all others of the cut are learned from', async () => {
    const { learner, runs } = await openBrittle()
    const before = learner.state.dense.slice()
    const outcome = await stepOver(learner, [...groups(0, 5), spoiled(5), ...groups(6, 5)])
    expect(outcome.skipped).toEqual([{ partition: 0, group: spoiled(5), item: 1 }])
    expect(learner.state.metrics.read()).toMatchObject({ examples: 32, refused: 1 })
    expect(learner.state.metrics.read().rankLoss).toBeGreaterThan(0)
    expect(learner.state.skippedSteps).toBe(0)
    expect(learner.state.dense).not.toEqual(before)
    expect(learner.state.dense.every(Number.isFinite)).toBe(true)
    expect(runs.filter((examples) => examples === 1).length).toBeLessThanOrEqual(2) // by halves, not one by one
  })

  it('takes no row of others with it', async () => {
    const { learner } = await openBrittle()
    await stepOver(learner, [spoiled(0), ...groups(1, 4)])
    const { table } = learner.state
    for (const { name, bytes } of table.serialise()) {
      if (name.startsWith('page')) expect(new Float32Array(bytes.slice().buffer).some(Number.isNaN)).toBe(false)
    }
  })

  it('leaves the state alone where no example is any good, and counts the step', async () => {
    const { learner } = await openBrittle()
    const bad = group(0, { items: [{ ...exampleItem(1, 2), numbers: floats([BAD]) }] })
    const before = learner.state.dense.slice()
    expect((await stepOver(learner, [bad])).skipped).toHaveLength(1)
    expect(learner.state.dense).toEqual(before)
    expect(learner.state).toMatchObject({ step: 1, skippedSteps: 1, contains: [0, -1] })
  })

  it('leads every replay to the same bits', async () => {
    const [{ learner: one }, { learner: other }] = [await openBrittle(), await openBrittle()]
    for (const learner of [one, other]) {
      await stepOver(learner, [...groups(0, 3), spoiled(3)])
      await stepOver(learner, groups(4, 4))
    }
    expect(digestState(one.state)).toBe(digestState(other.state))
    expect(one.state.chain).toEqual(other.state.chain)
  })
})

describe('a trainer that meets one', () => {
  it('says in the journal which example it left out, keeps it as a dead letter, and a twin agrees', async () => {
    const room = openRoom()
    await using running = await start(room, 'a', { instead: brittle() })
    await publish(room.log, 1, [...groups(0, 3), spoiled(3), ...groups(4, 3)])
    await untilLearned(room, running, 20)
    await turn(room, 100)
    const skips = (await journal(room)).flatMap(({ record }) => (record?.$case === 'result' ? record.result.skips : []))
    expect(skips).toEqual([{ step: expect.any(Number), partition: 1, sourceOffset: 3, ordinal: 0, item: 1 }])
    const letters = (await room.log.read(DEAD_LETTER, 0, { records: 10 })).map(({ value }) => DeadLetter.decode(value))
    expect(letters.map(({ source, code }) => [source, code])).toEqual([['examples/1/3.0.1', 'NOT_FINITE']])
    expect(ExampleGroup.decode(letters[0].payload)).toEqual({ ...spoiled(3), items: [spoiled(3).items[1]] })
    expect(room.notices).toContainEqual({ kind: 'left-out', examples: 1 })
    const { step, digest } = await ask(room, running.trainer.audit(0))
    const twin = { ...(await optionsOf({ ...room, shelf: openRoom().shelf }, 'twin')), ...brittle() }
    expect(await replayTwin({ ...twin, until: step })).toMatchObject({ digest })
  })

  it('keeps the dead letter also where the owner went without telling, and a standby takes over', async () => {
    const room = openRoom()
    const never = (): Promise<never> => new Promise(() => undefined)
    let isMute = false
    const log: Room['log'] = {
      ...room.log,
      append: (at, entries) => (isMute ? never() : room.log.append(at, entries)),
    }
    const owner = await start(room, 'a', { instead: { ...brittle(), log } })
    await publish(room.log, 0, groups(0, 1))
    await untilLearned(room, owner, 3)
    await using standby = await start(room, 'b', { instead: brittle() })
    await untilLearned(room, standby, 3)
    await turn(room, 300)
    isMute = true // it will hang before it can keep the example, and so before its result
    await publish(room.log, 0, [spoiled(1)])
    await untilLearned(room, standby, 5)
    expect(await room.log.next(DEAD_LETTER)).toBe(0)
    await owner.stop()
    await until(room, async () => (await standby.trainer.status()).role === 'owner')
    const letters = (await room.log.read(DEAD_LETTER, 0, { records: 10 })).map(({ value }) => DeadLetter.decode(value).source)
    expect(letters).toEqual(['examples/0/1.0.1'])
  })
})
