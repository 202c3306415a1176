import { createHash } from 'node:crypto'
import { mix64 } from '@freshet/kernel'
import { ABSENT, openTable, type Table, type TableOptions } from './index'
import { adagrad } from './adagrad.fixture'

const OPTIONS: TableOptions = {
  width: 5,
  segments: [2, 1, 2],
  optimisers: [adagrad(1), adagrad(1), adagrad(1)],
  rowScales: [0.5, 0, 0.1],
  seed: 11,
}
const AB = Uint32Array.of(1, 100, 2, 200)

describe('a table', () => {
  it('gives rows in the order of birth, and the same row again', () => {
    const table = openTable(OPTIONS)
    expect([...table.rowsOf(AB, 2, { step: 1 })]).toEqual([0, 1])
    expect([...table.rowsOf(Uint32Array.of(2, 200, 3, 300, 1, 100), 3, { step: 2 })]).toEqual([1, 2, 0])
    expect(table.size).toBe(3)
  })

  it('lets nothing be born for the empty pair, whose values are zeros', () => {
    const table = openTable(OPTIONS)
    expect([...table.rowsOf(Uint32Array.of(0, 0, 1, 1), 2, { step: 1 })]).toEqual([ABSENT, 0])
    expect([...valuesOf(table, Uint32Array.of(0, 0))]).toEqual([0, 0, 0, 0, 0])
  })

  it('draws births from ±scale of each segment, by id and seed alone', () => {
    const [a, b] = [openTable(OPTIONS), openTable({ ...OPTIONS, shards: 2 })]
    b.rowsOf(Uint32Array.of(9, 9, 1, 100), 2, { step: 5 })
    a.rowsOf(AB, 2, { step: 1 })
    const values = valuesOf(a, AB)
    expect(values.subarray(0, 5)).toEqual(valuesOf(b, AB).subarray(0, 5))
    expect(values[2]).toBe(0)
    expect(values[0]).not.toBe(values[5])
    expect(valuesOf(openTable({ ...OPTIONS, seed: 12 }), AB)).not.toEqual(values)
  })

  it('spreads births evenly over ±scale', () => {
    const table = openTable({ width: 1, segments: [1], rowScales: [2], seed: 3 })
    const ids = Uint32Array.from({ length: 20_000 }, (_, i) => (i >>> 1) + 1)
    const values = valuesOf(table, ids)
    const quarters = [0, 0, 0, 0]
    values.forEach((value) => quarters[Math.floor(value + 2)]++)
    quarters.forEach((count) => expect(Math.abs(count - 2500)).toBeLessThan(200)) // 4.6 standard deviations
  })

  it('answers for an id that it does not know with what it would be born with, and lets nothing be born', () => {
    const [reader, learner] = [openTable(OPTIONS), openTable(OPTIONS)]
    learner.rowsOf(AB, 2, { step: 1 })
    expect(valuesOf(reader, AB)).toEqual(valuesOf(learner, AB))
    expect(reader.size).toBe(0)
  })

  it('reads by row what it reads by id, unborn ids included', () => {
    const table = openTable({ ...OPTIONS, admission: 2 })
    table.rowsOf(AB, 1, { step: 1 })
    const rows = table.rowsOf(AB, 2, { step: 2 })
    expect([...rows]).toEqual([0, ABSENT])
    const out = new Float32Array(10)
    table.gatherRows(rows, AB, out)
    expect(out).toEqual(valuesOf(table, AB))
  })

  it('adds up the heads of what it reads whole: born, unborn and empty ids', () => {
    const table = openTable(OPTIONS)
    table.rowsOf(AB, 1, { step: 1 })
    const pairs = Uint32Array.of(...AB, 0, 0, 1, 100)
    const whole = valuesOf(table, pairs)
    const [weights, bags] = [Float32Array.of(0.5, 2, 1, 3), Uint32Array.of(0, 2, 2, 0)]
    for (const width of [0, 1, 3, 5]) {
      const out = new Float32Array(3 * width).fill(1)
      table.addHeads({ pairs, weights, bags, count: 4 }, width, out)
      const sumOf = (bag: number, k: number): number =>
        bags.reduce((sum, of, i) => (of === bag ? sum + weights[i] * whole[i * OPTIONS.width + k] : sum), 1)
      out.forEach((value, cell) => expect(value).toBeCloseTo(sumOf(Math.floor(cell / width), cell % width), 6))
    }
  })

  it('counts the steps that met a row, and the last of them', () => {
    const table = openTable(OPTIONS)
    table.rowsOf(AB, 2, { step: 4 })
    table.rowsOf(AB, 1, { step: 9 })
    expect(recordWords(table, 0)).toEqual([2, 9, 1, 100])
    expect(recordWords(table, 1)).toEqual([1, 4, 2, 200])
  })

  it('keeps every id its own row while shards grow', () => {
    const table = openTable({ width: 1, segments: [1], rowScales: [1], seed: 1, shards: 4 })
    const ids = Uint32Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : (i * 2654435761) >>> 0))
    const born = table.rowsOf(ids, 20_000, { step: 1 })
    expect(born).toEqual(Uint32Array.from({ length: 20_000 }, (_, i) => i))
    expect(table.rowsOf(ids, 20_000, { step: 2 })).toEqual(born)
  })

  it('tells apart ids whose hashes are equal', () => {
    const [a, b] = [Uint32Array.of(53304, 422114376), Uint32Array.of(148638, 1177064322)] // found by search over (i, 7919 i)
    expect(mix64(a[0], a[1])).toBe(mix64(b[0], b[1]))
    const table = openTable(OPTIONS)
    table.rowsOf(a, 1, { step: 1 })
    expect(valuesOf(table, b)).toEqual(valuesOf(openTable(OPTIONS), b))
    expect([...table.rowsOf(Uint32Array.of(...b, ...a), 2, { step: 2 })]).toEqual([1, 0])
    expect([...table.rowsOf(Uint32Array.of(...b, ...a), 2, { step: 3 })]).toEqual([1, 0])
  })

  it('says what it holds of memory, which grows with its rows', () => {
    const table = openTable(OPTIONS)
    const before = table.bytes
    table.rowsOf(AB, 2, { step: 1 })
    expect(before).toBeLessThan(1 << 20)
    expect(table.bytes).toBeGreaterThan(before)
  })

  it('admits an id at the step that its threshold names, and lets it learn from then on', () => {
    const table = openTable({ ...OPTIONS, admission: 3 })
    expect(table.rowsOf(AB, 1, { step: 1 })[0]).toBe(ABSENT)
    expect(table.rowsOf(AB, 1, { step: 2 })[0]).toBe(ABSENT)
    table.learn(Uint32Array.of(ABSENT), new Float32Array(5).fill(1), { rate: 1 })
    expect(table.size).toBe(0)
    expect(table.rowsOf(AB, 1, { step: 3 })[0]).toBe(0)
  })

  it.each<[string, Partial<TableOptions>, string]>([
    ['segments that do not add up', { segments: [2, 2] }, 'segments is 2,2, but they are positive and add up to the width 5'],
    ['a missing row scale', { rowScales: [1] }, 'rowScales is 1, but each of the 3 segments has one'],
    ['three shards', { shards: 3 }, 'shards is 3, but it is a power of two from 1 to 1024'],
    ['an admission of none', { admission: 0 }, 'admission is 0, but it is a whole number from 1 to 255'],
  ])('refuses %s', (_, change, message) => {
    expect(() => openTable({ ...OPTIONS, ...change })).toThrow(message)
  })
})

describe('learn', () => {
  it('steps each segment by its own accumulator', () => {
    const table = openTable({ ...OPTIONS, rowScales: [0, 0, 0] })
    const rows = table.rowsOf(AB, 2, { step: 1 })
    table.learn(rows, Float32Array.of(3, 4, 2, 0, 0, 0, 0, 0, 0, 1), { rate: 0.5 })
    const values = valuesOf(table, AB)
    const root = Math.sqrt((9 + 16) / 2)
    expect([...values.subarray(0, 3)]).toEqual([-1.5 / root, -2 / root, -0.5].map((x) => expect.closeTo(x, 6)))
    expect([...values.subarray(3, 9)]).toEqual([0, 0, 0, 0, 0, 0])
    expect(values[9]).toBeCloseTo(-0.5 / Math.sqrt(0.5), 6)
  })

  it('slows down as squares accumulate', () => {
    const table = openTable({ width: 1, segments: [1], optimisers: [adagrad(1)], rowScales: [0], seed: 1 })
    const rows = table.rowsOf(AB, 1, { step: 1 })
    const one = Float32Array.of(1)
    const steps = [1, 2, 3].map(() => {
      const before = valuesOf(table, AB.subarray(0, 2))[0]
      table.learn(rows, one, { rate: 1 })
      return before - valuesOf(table, AB.subarray(0, 2))[0]
    })
    expect(steps).toEqual([1, Math.SQRT1_2, 1 / Math.sqrt(3)].map((x) => expect.closeTo(x, 6)))
  })
})

describe('assign', () => {
  it('takes values as they are, for rows that exist and for new ones, and passes the empty pair over', () => {
    const table = openTable(OPTIONS)
    table.rowsOf(AB, 1, { step: 3 })
    const values = Float32Array.from({ length: 15 }, (_, i) => i)
    table.assign(Uint32Array.of(1, 100, 0, 0, 2, 200), 3, values)
    expect([...valuesOf(table, AB)]).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
    expect(table.size).toBe(2)
    expect(recordWords(table, 0)).toEqual([1, 3, 1, 100])
  })
})

describe('digestInto', () => {
  it('differs as soon as one bit of the state does', () => {
    const [a, b] = [openTable(OPTIONS), openTable(OPTIONS)]
    for (const table of [a, b]) table.rowsOf(AB, 2, { step: 1 })
    expect(digestOf(a)).toBe(digestOf(b))
    b.rowsOf(AB, 1, { step: 1 })
    expect(digestOf(a)).not.toBe(digestOf(b))
  })

  it('does not depend on the number of shards, but on the order of births', () => {
    const tables = [openTable(OPTIONS), openTable({ ...OPTIONS, shards: 1 }), openTable(OPTIONS)]
    tables.forEach((table, i) => table.rowsOf(i === 2 ? Uint32Array.of(2, 200, 1, 100) : AB, 2, { step: 1 }))
    const [a, fewerShards, otherOrder] = tables.map(digestOf)
    expect(fewerShards).toBe(a)
    expect(otherOrder).not.toBe(a)
  })
})

function valuesOf(table: Table, pairs: Uint32Array): Float32Array {
  const out = new Float32Array((pairs.length / 2) * table.width)
  table.gather(pairs, pairs.length / 2, out)
  return out
}

/** Frequency, last seen, key. */
function recordWords(table: Table, row: number): number[] {
  const { stride, frequency } = table.layout
  const [, page] = [...table.serialise()]
  const words = new Uint32Array(page.bytes.buffer, page.bytes.byteOffset + (row * stride + frequency) * 4, 4)
  return [...words]
}

function digestOf(table: Table): string {
  const hash = createHash('sha256')
  table.digestInto(hash)
  return hash.digest('hex')
}

describe('the size of a page', () => {
  it('changes neither a digest nor what can be restored', () => {
    const digest = (table: Table): string => {
      const hash = createHash('sha256')
      table.digestInto(hash)
      return hash.digest('hex')
    }
    const small = openTable({ ...OPTIONS, pageBytes: 128 })
    const large = openTable(OPTIONS)
    const ids = Uint32Array.from({ length: 40 }, (_, i) => i + 1)
    for (const table of [small, large]) table.rowsOf(ids, 20, { step: 1 })
    expect([...small.serialise()].length).toBeGreaterThan([...large.serialise()].length)
    expect(small.bytes).toBe(large.bytes) // what is written
    const restored = openTable(OPTIONS)
    restored.restore(small.serialise())
    expect([digest(small), digest(restored)]).toEqual([digest(large), digest(large)])
  })
})
