import { ABSENT } from './absent'
import { openTable, type Table } from './table'

const OPTIONS = { width: 3, segments: [3], rowScales: [0.5], seed: 9, shards: 2, pageBytes: 512 }

/** Shows a table to another, as a thread shows its memory. */
function show(from: Table, to: Table): void {
  for (const part of ['pages', 'index'] as const) from.memory[part].forEach((buffer, i) => to.adopt(part, i, buffer))
}

const idsOf = (count: number): Uint32Array => Uint32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 1 + i : 7))

describe('a table in shared memory', () => {
  it('holds what one in plain memory holds, byte for byte', () => {
    const [shared, plain] = [openTable({ ...OPTIONS, isShared: true }), openTable(OPTIONS)]
    for (const table of [shared, plain]) table.rowsOf(idsOf(200), 200, { step: 1 })
    const bytes = (table: Table): string[] => [...table.serialise()].map((part) => Buffer.from(part.bytes).toString('hex'))
    expect(bytes(shared)).toEqual(bytes(plain))
    expect(shared.memory.pages.every((buffer) => buffer instanceof SharedArrayBuffer)).toBe(true)
  })

  it('is found in, read and learned by whoever has adopted its memory', () => {
    const owner = openTable({ ...OPTIONS, isShared: true, optimisers: [{ kind: 'sgd', learningRate: 1 }] })
    const other = openTable({ ...OPTIONS, optimisers: [{ kind: 'sgd', learningRate: 1 }] })
    const rows = owner.rowsOf(idsOf(150), 150, { step: 1 })
    show(owner, other)
    const found = new Uint32Array(150)
    other.find(idsOf(150), 150, found)
    expect(found).toEqual(rows)
    other.learn(rows.subarray(0, 1), Float32Array.of(1, 2, 3), { rate: 1 })
    const [seen, expected] = [new Float32Array(3), new Float32Array(3)]
    owner.gather(idsOf(1), 1, seen)
    other.readUnborn(1, 7, expected)
    expect([...seen]).toEqual([1, 2, 3].map((step, k) => Math.fround(expected[k] - step)))
  })

  it('shows its growth to those who adopt again', () => {
    const [owner, other] = [openTable({ ...OPTIONS, isShared: true }), openTable(OPTIONS)]
    show(owner, other)
    owner.rowsOf(idsOf(400), 400, { step: 1 })
    show(owner, other)
    const found = new Uint32Array(400)
    other.find(idsOf(400), 400, found)
    expect(found).not.toContain(ABSENT)
  })

  it('takes room for expected rows at once: its index does not grow before there are more', () => {
    const table = openTable({ ...OPTIONS, isShared: true, rowsExpected: 300 })
    const before = table.memory.index
    table.rowsOf(idsOf(280), 280, { step: 1 })
    expect(table.memory.index).toEqual(before)
    expect(openTable(OPTIONS).memory.index[1].byteLength).toBeLessThan(before[1].byteLength)
  })

  it('is approached without a change', () => {
    const table = openTable({ ...OPTIONS, isShared: true })
    const rows = table.rowsOf(idsOf(100), 100, { step: 1 })
    const before = [...table.serialise()].map(({ bytes }) => Buffer.from(bytes))
    table.records.approach(Uint32Array.of(...rows, ABSENT), 0, 101)
    expect([...table.serialise()].map(({ bytes }) => Buffer.from(bytes))).toEqual(before)
  })
})
