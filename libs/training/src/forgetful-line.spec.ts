import { Cut, type ExampleGroup } from '@freshet/contracts'
import { unique } from '@freshet/embedding'
import {
  EXPIRE_AFTER_STEPS,
  forgetful,
  forgetfulOptions,
  forgetfulTools,
  passing,
  ROOM_FOR,
  rowsIn,
  ValueFollower,
} from './forgetful-room.fixture'
import { type CompileGraph, interpretGraph } from '@freshet/tensor'
import type { StepOutcome } from './learner'
import { PendingResult } from './pending-result'
import { ask, type Running, start, untilLearned } from './running-trainer.fixture'
import { SharedSteps } from './threads.fixture'
import { floats, openLearner, openRoom, publish, type Room } from './training-room.fixture'
import { EMPTY_SHELF } from './version-shelf'
import { replayTwin, type TwinOptions } from './verify'

const GROUPS = 4
const ENDLESS = 0.123456

/** A machine to which a number is too much. */
const compileBad: CompileGraph = async (spec) => {
  const runner = await interpretGraph(spec)
  const run: typeof runner.run = async (feeds) => {
    const outputs = await runner.run(feeds)
    return feeds.numbers?.data.includes(Math.fround(ENDLESS)) ? { ...outputs, loss: Float32Array.of(NaN) } : outputs
  }
  return { ...runner, run }
}

/** A learner of such a model, and what lets it learn from a cut of these groups. */
async function forgetfulLearner(tools = forgetfulTools) {
  const learner = await openLearner({ tools })
  const { state } = learner
  const step = (groups: readonly ExampleGroup[]): Promise<StepOutcome> => {
    const range = { partition: 0, from: state.positions[0], to: state.positions[0] + groups.length }
    return learner.step(Cut.create({ step: state.step + 1, ranges: [range] }), [{ ...range, groups }])
  }
  return { state, step }
}

/** The digest of a twin on one thread, or as told otherwise. */
async function twinOf(room: Room, options: Partial<TwinOptions>): Promise<string> {
  return (await replayTwin({ ...(await forgetfulOptions(room, 'twin')), ...options })).digest
}

/** Ends a trainer as a crash does: no version is made of what comes last. */
async function kill(room: Room, running: Running): Promise<void> {
  room.shelf.save = () => new Promise(() => undefined)
  await running.stop()
  Reflect.deleteProperty(room.shelf, 'save')
}

/** All ids that steps have said anything of. */
function distinct(touched: readonly Uint32Array[]): Uint32Array {
  const all = Uint32Array.from(touched.flatMap((pairs) => [...pairs]))
  return unique(all, all.length / 2).ids
}

describe('a learner whose rows are given up', () => {
  it('keeps its bound, by giving up what nobody comes back to, and what was met longest ago where a place is wanted', async () => {
    const { state, step } = await forgetfulLearner()
    const bytes: number[] = []
    const rows: number[] = []
    for (let i = 0; i < 60; i++) {
      await step(passing(GROUPS * i, GROUPS))
      bytes.push(state.table.bytes)
      rows.push(state.table.size)
    }
    expect(Math.max(...bytes)).toBeLessThanOrEqual(forgetful.memory.memoryBytes ?? 0)
    expect(Math.max(...rows)).toBe(ROOM_FOR)
    expect(state.table.givenUp.expired).toBeGreaterThan(30)
    expect(state.table.givenUp.displaced).toBeGreaterThan(10)
  })

  it('tells a follower by value: it has the same rows with the same values after each result, however many steps one tells of', async () => {
    const { state, step } = await forgetfulLearner()
    const [pending, follower] = [new PendingResult(0), new ValueFollower()]
    const touched: Uint32Array[] = []
    for (let i = 0; i < 60; i++) {
      const outcome = await step(passing(GROUPS * i, GROUPS))
      pending.note(outcome, true)
      touched.push(outcome.touched)
      if (i % 3 === 1) continue
      follower.apply(pending.seal(state, false))
      const ids = distinct(touched)
      expect(rowsIn(follower.table, ids)).toEqual(rowsIn(state.table, ids))
    }
    expect(follower.table.records.size).toBeLessThanOrEqual(ROOM_FOR) // gone rows made room for those that came
  })

  it('tells of rows that a step gave up of which no example was left', async () => {
    const { state, step } = await forgetfulLearner({ ...forgetfulTools, compile: compileBad })
    for (const offset of [10, 20]) await step(passing(0, 8).map((group) => ({ ...group, sourceOffset: offset + group.sourceOffset })))
    for (let i = 1; i < EXPIRE_AFTER_STEPS; i++) await step(passing(30 + i, 1)) // the next step is one too many for the first ones
    const before = state.table.givenUp.expired
    const endless = passing(100, 2).map((group) => ({ ...group, userNumbers: floats([ENDLESS]) }))
    const { skipped, touched } = await step(endless)
    const expired = state.table.givenUp.expired - before
    expect([skipped.length, state.skippedSteps]).toEqual([6, 1])
    expect(expired).toBeGreaterThan(0)
    const { known } = rowsIn(state.table, touched)
    expect(known.slice(-expired)).toEqual(new Array(expired).fill(false))
    const slots = 6 * forgetful.slots
    expect(known).toHaveLength(slots + expired) // what the cut names, and then what went
  })
})

describe('a line whose rows are given up', () => {
  it('comes to the same digest at each step, from whichever version it is opened before it', async () => {
    const room = openRoom()
    const instead = await forgetfulOptions(room, 'a')
    await using running = await start(room, 'a', {
      incrementBytes: 1 << 20,
      versionsKept: 99,
      instead: { genesis: instead.genesis, tools: instead.tools },
    })
    const made: { readonly name: string; readonly step: number; readonly digest: string }[] = []
    for (let i = 0; i < 6; i++) {
      await publish(room.log, i % 2, passing(15 * i, 15))
      await untilLearned(room, running, 45 * (i + 1))
      made.push(await ask(room, running.trainer.checkpoint()))
    }
    const { step: last, rowsExpired, rowsDisplaced, rows } = await ask(room, running.trainer.status())
    expect([rowsExpired > 0, rowsDisplaced > 0, rows <= ROOM_FOR]).toEqual([true, true, true])
    for (let step = 1; step <= last; step++) {
      const digest = await twinOf(room, { until: step, shelf: EMPTY_SHELF })
      const before = made.filter((version) => version.step <= step)
      for (const { name } of before.slice(-2)) expect(await twinOf(room, { until: step, from: name })).toBe(digest)
      for (const version of before) if (version.step === step) expect(version.digest).toBe(digest)
    }
  }, 120_000)

  it('goes on after each crash, and comes to what a line comes to that was never disturbed, whoever computes it', async () => {
    const room = openRoom()
    const { genesis, tools } = await forgetfulOptions(room, 'a')
    const sharedBy = (workers: number) => ({ tools: { ...tools, openEngine: new SharedSteps(workers).openEngine } })
    for (let life = 0; life < 4; life++) {
      const running = await start(room, `a-${life}`, {
        incrementBytes: 1 << 20,
        versionsKept: 99,
        instead: { genesis, ...sharedBy(1 + (life % 2)) },
      })
      await publish(room.log, life % 2, passing(15 * life, 15))
      await untilLearned(room, running, 45 * (life + 1))
      if (life % 2 === 0) await ask(room, running.trainer.checkpoint())
      else await kill(room, running)
      await running.stop()
    }
    const whole = await twinOf(room, { shelf: EMPTY_SHELF })
    expect(await twinOf(room, {})).toBe(whole)
    expect(await twinOf(room, { shelf: EMPTY_SHELF, ...sharedBy(4) })).toBe(whole)
  }, 120_000)
})
