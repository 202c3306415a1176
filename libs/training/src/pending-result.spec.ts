import { ExampleGroup, type Result } from '@freshet/contracts'
import { float32Of, uint32Of } from '@freshet/kernel'
import type { LearnerState } from './learner-state'
import { PendingResult } from './pending-result'
import { modelSet, openLearner } from './training-room.fixture'

const openState = (): Promise<LearnerState> => openLearner().then(({ state }) => state)

function step(state: LearnerState, pending: PendingResult, ids: readonly number[], withRows = true): void {
  const touched = Uint32Array.from(ids.flatMap((id) => [id, 1]))
  state.step++
  state.table.rowsOf(touched, ids.length, { step: state.step })
  pending.note({ step: state.step, examples: ids.length, touched, acceptedMs: 100 + state.step, skipped: [] }, withRows)
}

const idsOf = (results: readonly Result[]): number[] =>
  results.flatMap(({ rowIds }) => [...uint32Of(rowIds)].filter((_, word) => word % 2 === 0))

describe('a pending result', () => {
  it('says which examples were left out, once, whoever noted them', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    const outcomeOf = (step: number, item: number) => ({
      ...{ step, examples: 1, touched: new Uint32Array(0), acceptedMs: 0 },
      skipped: [{ partition: 3, group: ExampleGroup.create({ sourceOffset: 40 + step, ordinal: 2 }), item }],
    })
    pending.noteSkipped(outcomeOf(1, 7))
    pending.note(outcomeOf(2, 8), true)
    state.step = 2
    pending.restart(1)
    const skips = pending.seal(state, false).flatMap((result) => result.skips)
    expect(skips).toEqual([{ step: 2, partition: 3, sourceOffset: 42, ordinal: 2, item: 8 }])
    expect(pending.leftOut).toEqual([])
  })

  it('tells each touched row once, as it is after the last step', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    step(state, pending, [5, 6])
    step(state, pending, [6, 7])
    const results = pending.seal(state, false)
    expect(results).toHaveLength(1)
    expect(results[0]).toMatchObject({ fromStep: 1, toStep: 2, continues: false, rowsOmitted: false, contains: [-1, -1] })
    expect(results[0].progress?.acceptedMs).toBe(102)
    expect(idsOf(results)).toEqual([5, 6, 7])
    const values = new Float32Array(3 * modelSet.rowWidth)
    state.table.gather(uint32Of(results[0].rowIds), 3, values)
    expect(float32Of(results[0].rowValues)).toEqual(values)
  })

  it('names ids that have no row after its steps, apart from those that have one', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    step(state, pending, [5, 6, 7])
    state.table.delete(Uint32Array.of(6, 1), 1)
    step(state, pending, [8])
    const [first, ...others] = pending.seal(state, false)
    expect([others, [...uint32Of(first.goneIds)]]).toEqual([[expect.objectContaining({ continues: false })], [6, 1]])
    expect(idsOf(others)).toEqual([5, 7, 8])
  })

  it('is empty until a step has been made, and again once it has been told', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    expect(pending.isEmpty(state)).toBe(true)
    step(state, pending, [5])
    expect(pending.isEmpty(state)).toBe(false)
    pending.seal(state, false)
    expect(pending.isEmpty(state)).toBe(true)
    step(state, pending, [9])
    expect(pending.seal(state, false)[0]).toMatchObject({ fromStep: 2, toStep: 2 })
  })

  it('leaves rows out once one step of it left them out, and says so', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    step(state, pending, [5])
    step(state, pending, [6], false)
    step(state, pending, [7])
    const results = pending.seal(state, false)
    expect(results.at(-1)?.rowsOmitted).toBe(true)
    expect(idsOf(results)).toEqual([])
  })

  it('carries dense parameters when they are due, whole and in their place', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    step(state, pending, [5])
    const results = pending.seal(state, true)
    const [part] = results.filter(({ dense }) => dense.length > 0)
    expect(part).toMatchObject({ denseOffset: 0, denseLength: modelSet.parameterCount })
    expect(float32Of(part.dense)).toEqual(state.dense)
  })

  it('splits what one record cannot hold, and closes with the last part alone', async () => {
    const state = await openState()
    const pending = new PendingResult(0)
    const ids = Array.from({ length: 40_000 }, (_, i) => i + 1)
    step(state, pending, ids)
    const results = pending.seal(state, true)
    expect(results.length).toBeGreaterThan(2)
    expect(results.map(({ continues }) => continues)).toEqual(results.map((_, i) => i < results.length - 1))
    for (const { rowIds, rowValues, dense, chain } of results) {
      expect(rowIds.length + rowValues.length + dense.length).toBeLessThanOrEqual(768 << 10)
      expect(chain).toHaveLength(8)
    }
    expect(idsOf(results)).toEqual(ids)
  })
})
