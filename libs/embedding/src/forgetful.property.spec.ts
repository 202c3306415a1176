import fc from 'fast-check'
import { ABSENT, openTable, type Table, type TableOptions } from './index'
import { partsOf } from './stream-parts.fixture'
import { adagrad } from './adagrad.fixture'

const ROWS_MAX = 12
const EXPIRE_AFTER_STEPS = 3
const STRIDE = 3 + 1 + 4
const FIXED_BYTES = 2 * (64 * 12 + 12) + 4096 + 16_384 // two shards and their control, a bit a row, a step a row
const OPTIONS: TableOptions = {
  ...{ width: 3, segments: [3], optimisers: [adagrad(0.5)], rowScales: [0.5], seed: 4, shards: 2, pageBytes: 256 },
  ...{ expireAfterSteps: EXPIRE_AFTER_STEPS, memoryBytes: FIXED_BYTES + ROWS_MAX * STRIDE * 4 },
}

type Call = { kind: 'step'; ids: number[] } | { kind: 'delete'; ids: number[] } | { kind: 'restore' } | { kind: 'increment'; ids: number[] }

/** What a forgetful table does, said plainly: rows in a list, each with its id and the step that met it last. */
class PlainTable {
  readonly rows: ({ id: number; met: number } | undefined)[] = []
  private readonly free: number[] = []
  private hand = 0

  rowOf(id: number): number {
    return this.rows.findIndex((row) => row?.id === id)
  }

  step(ids: number[], step: number): { rows: number[]; gone: number[] } {
    const gone: number[] = []
    for (const id of ids) if (this.rowOf(id) >= 0) this.meet(id, step)
    const rows = ids.map((id) => (this.rowOf(id) >= 0 ? this.rowOf(id) : this.bear(id, step, gone)))
    for (let i = this.rows.length; i > 0; i--) {
      const row = this.next()
      const { id, met } = this.rows[row] ?? { id: 0, met: Infinity }
      if (met <= step - EXPIRE_AFTER_STEPS) gone.push(this.delete(id))
    }
    return { rows, gone }
  }

  delete(id: number): number {
    const row = this.rowOf(id)
    if (row < 0) return id
    this.rows[row] = undefined
    this.free.push(row)
    return id
  }

  meet(id: number, step: number): void {
    const row = this.rows[this.rowOf(id)]
    if (row) row.met = step
  }

  private bear(id: number, step: number, gone: number[]): number {
    if (this.free.length === 0 && this.rows.length === ROWS_MAX) {
      const looked = this.rows.map(() => this.rows[this.next()]).filter((row) => row !== undefined)
      const oldest = looked.reduce((best, row) => (row.met < best.met ? row : best), { id: 0, met: step })
      if (oldest.id === 0) return ABSENT
      gone.push(this.delete(oldest.id))
    }
    const row = this.free.pop() ?? this.rows.length
    this.rows[row] = { id, met: step }
    return row
  }

  private next(): number {
    const row = this.hand < this.rows.length ? this.hand : 0
    this.hand = row + 1
    return row
  }
}

describe('a table that forgets and its plain twin', () => {
  it('agree on rows, on what is given up and on what is left, through restores and increments', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 10, maxLength: 40, size: 'max' }), (calls) => {
        let table = openTable(OPTIONS)
        const twin = new PlainTable()
        calls.forEach((next, at) => {
          const step = at + 1
          if (next.kind === 'restore') table = restored([...table.serialise()])
          else if (next.kind === 'increment') table = increased(table, twin, { ids: next.ids, step })
          else if (next.kind === 'delete') deleteBoth(table, twin, next.ids)
          else stepBoth(table, twin, { ids: next.ids, step })
        })
        expect(table.bytes).toBeLessThanOrEqual(OPTIONS.memoryBytes ?? 0)
        expectEqual(table, twin)
      }),
      { numRuns: 60 },
    )
  })
})

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: ROWS_MAX + 3 })
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('step' as const), ids }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), ids }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('increment' as const), ids }) },
)

const pairsOf = (ids: number[]): Uint32Array => Uint32Array.from(ids.flatMap((id) => [id, 9]))

function stepBoth(table: Table, twin: PlainTable, { ids, step }: { ids: number[]; step: number }): void {
  const rows = table.rowsOf(pairsOf(ids), ids.length, { step })
  table.learn(rows, new Float32Array(3 * ids.length).fill(step), { rate: 1 })
  const expected = twin.step(ids, step)
  expect([...rows]).toEqual(expected.rows)
  expect([...table.expire({ step })]).toEqual([...pairsOf(expected.gone)])
}

function deleteBoth(table: Table, twin: PlainTable, ids: number[]): void {
  const known = ids.filter((id) => twin.rowOf(id) >= 0)
  expect(table.delete(pairsOf(ids), ids.length)).toBe(known.length)
  for (const id of known) twin.delete(id)
}

function restored(parts: Parameters<Table['restore']>[0]): Table {
  const table = openTable(OPTIONS)
  table.restore(parts)
  return table
}

/** The table after one more step, read back from a version of before and the increment above it. */
function increased(table: Table, twin: PlainTable, step: { ids: number[]; step: number }): Table {
  const base = [...table.serialise()].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
  table.scan().close(true)
  stepBoth(table, twin, step)
  return restored([...base, ...partsOf(table.scan().increment())])
}

/** By row: its id and when it was met, or that nobody has it. */
function expectEqual(table: Table, twin: PlainTable): void {
  const { words, rowShift, rowMask, layout } = table.records
  expect(table.size).toBe(twin.rows.filter((row) => row !== undefined).length)
  const rows = twin.rows.map((_, row) => {
    const at = (row & rowMask) * layout.stride
    const page = words[row >>> rowShift]
    return page[at + layout.key] === 0 ? undefined : { id: page[at + layout.key], met: page[at + layout.lastSeen] }
  })
  expect(rows).toEqual(twin.rows)
}
