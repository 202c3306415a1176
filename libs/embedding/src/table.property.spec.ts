import fc from 'fast-check'
import { ABSENT, openTable, type Table, type TableOptions } from './index'
import { adagrad } from './adagrad.fixture'

const LEARNING_RATE = 0.25
const OPTIONS: TableOptions = {
  width: 3,
  segments: [2, 1],
  optimisers: [adagrad(LEARNING_RATE), adagrad(LEARNING_RATE)],
  rowScales: [0.5, 0],
  seed: 21,
  shards: 2,
}

/** What a row is, said plainly: numbers rounded to Float32 after each operation, in a Map by key. */
interface NaiveRow {
  vector: number[]
  accumulators: number[]
  frequency: number
  lastSeen: number
}

type Call =
  | { kind: 'learn'; ids: [number, number][]; gradient: number }
  | { kind: 'assign'; ids: [number, number][]; value: number }
  | { kind: 'restore' }

describe('a table and its naive twin', () => {
  it('agree after any sequence of calls', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
        let table = openTable(OPTIONS)
        const twin = new Map<string, NaiveRow>()
        calls.forEach((next, step) => {
          if (next.kind === 'restore') table = copyOf(table)
          else if (next.kind === 'learn') learnBoth(table, twin, { ...next, step })
          else assignBoth(table, twin, next)
        })
        expectEqual(table, twin)
      }),
    )
  })

  it('lets equal sequences of calls end in equal bytes', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 20 }), (calls) => {
        const run = (): Buffer => {
          const table = openTable(OPTIONS)
          calls.forEach((next, step) => {
            if (next.kind === 'learn') learnBoth(table, new Map(), { ...next, step })
          })
          return Buffer.concat([...table.serialise()].map(({ bytes }) => bytes))
        }
        expect(run().equals(run())).toBe(true)
      }),
    )
  })
})

const ids = fc.uniqueArray(fc.tuple(fc.nat(40), fc.nat(3)), { maxLength: 25, selector: String })
const quarter = fc.integer({ min: -8, max: 8 }).map((n) => n / 4)
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('learn' as const), ids, gradient: quarter }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('assign' as const), ids, value: quarter }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restore' as const }) },
)

function learnBoth(
  table: Table,
  twin: Map<string, NaiveRow>,
  { ids, gradient, step }: { ids: [number, number][]; gradient: number; step: number },
): void {
  const pairs = Uint32Array.from(ids.flat())
  const gradients = Float32Array.from({ length: ids.length * 3 }, (_, i) => gradient * ((i % 5) - 1))
  const rows = table.rowsOf(pairs, ids.length, { step })
  table.learn(rows, gradients, { rate: 1 })
  ids.forEach(([lo, hi], i) => {
    expect(rows[i] === ABSENT).toBe(lo === 0 && hi === 0)
    if (rows[i] === ABSENT) return
    const row = rowOf(twin, lo, hi)
    row.frequency++
    row.lastSeen = step
    naiveStep(row, [...gradients.subarray(3 * i, 3 * i + 3)])
  })
}

function naiveStep(row: NaiveRow, gradient: number[]): void {
  const lanes = [[0, 1], [2]]
  lanes.forEach((segment, s) => {
    const squares = segment.reduce((sum, k) => sum + gradient[k] * gradient[k], 0)
    row.accumulators[s] = Math.fround(row.accumulators[s] + squares / segment.length)
    for (const k of segment)
      row.vector[k] = Math.fround(row.vector[k] - (LEARNING_RATE / (Math.sqrt(row.accumulators[s]) + 1e-8)) * gradient[k])
  })
}

function assignBoth(table: Table, twin: Map<string, NaiveRow>, { ids, value }: { ids: [number, number][]; value: number }): void {
  const values = Float32Array.from({ length: ids.length * 3 }, (_, i) => value + i)
  table.assign(Uint32Array.from(ids.flat()), ids.length, values)
  ids.forEach(([lo, hi], i) => {
    if (lo !== 0 || hi !== 0) rowOf(twin, lo, hi).vector = [...values.subarray(3 * i, 3 * i + 3)]
  })
}

function rowOf(twin: Map<string, NaiveRow>, lo: number, hi: number): NaiveRow {
  const known = twin.get(`${lo},${hi}`)
  if (known) return known
  const vector = new Float32Array(3)
  openTable(OPTIONS).gather(Uint32Array.of(lo, hi), 1, vector)
  const born = { vector: [...vector], accumulators: [0, 0], frequency: 0, lastSeen: 0 }
  twin.set(`${lo},${hi}`, born)
  return born
}

function copyOf(table: Table): Table {
  const copy = openTable(OPTIONS)
  copy.restore(table.serialise())
  return copy
}

/** Row by row, in the order of births: vector, accumulators, frequency, last seen, key. */
function expectEqual(table: Table, twin: Map<string, NaiveRow>): void {
  const bytes = Buffer.concat([...table.serialise()].filter(({ dtype }) => dtype === 'F32').map((part) => part.bytes))
  const expected = [...twin].map(([key, row]) => {
    const record = new Float32Array(table.layout.stride)
    record.set([...row.vector, ...row.accumulators])
    new Uint32Array(record.buffer).set([row.frequency, row.lastSeen, ...key.split(',').map(Number)], table.layout.frequency)
    return Buffer.from(record.buffer)
  })
  expect(table.size).toBe(twin.size)
  expect(bytes.equals(Buffer.concat(expected))).toBe(true)
}
