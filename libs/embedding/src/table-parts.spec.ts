import { createHash } from 'node:crypto'
import { CorruptError, PreconditionError } from '@freshet/kernel'
import { openTable, type NamedBytes, type Table, type TableOptions } from './index'
import { adagrad } from './adagrad.fixture'

const OPTIONS: TableOptions = { width: 3, segments: [2, 1], optimisers: [adagrad(0.1), adagrad(0.1)], rowScales: [1, 0], seed: 5 }

describe('a table at rest', () => {
  it.each([1, 3])('comes back exactly, and goes on exactly, with admission at %i', (admission) => {
    const [original, copy] = [learned({ ...OPTIONS, admission }), openTable({ ...OPTIONS, admission })]
    copy.restore(original.serialise())
    expect(digestOf(copy)).toBe(digestOf(original))
    for (const table of [original, copy]) learn(table, 4)
    expect(digestOf(copy)).toBe(digestOf(original))
  })

  it('comes back from a stream, from bytes at any alignment', async () => {
    const original = learned(OPTIONS)
    const copy = openTable(OPTIONS)
    await copy.restoreFrom(unaligned(original.serialise()))
    expect(digestOf(copy)).toBe(digestOf(original))
  })

  it('replaces what was there', () => {
    const original = openTable(OPTIONS)
    const copy = learned(OPTIONS)
    copy.restore(original.serialise())
    expect(copy.size).toBe(0)
    expect([...copy.rowsOf(Uint32Array.of(7, 7), 1, { step: 1 })]).toEqual([0])
  })

  it('spans pages: what lies in memory is what is written, page by page', () => {
    const wide: TableOptions = { width: 1024, segments: [1024], rowScales: [1], seed: 1 }
    const original = openTable(wide)
    const ids = Uint32Array.from({ length: 2400 }, (_, i) => i + 1)
    original.rowsOf(ids, 1200, { step: 1 })
    const pages = [...original.serialise()].filter(({ dtype }) => dtype === 'F32')
    expect(pages.map(({ shape }) => shape)).toEqual([
      [512, 1029],
      [512, 1029],
      [176, 1029],
    ])
    const copy = openTable(wide)
    copy.restore(original.serialise())
    expect(digestOf(copy)).toBe(digestOf(original))
    expect(copy.rowsOf(ids, 1200, { step: 2 })).toEqual(Uint32Array.from({ length: 1200 }, (_, i) => i))
  })

  it.each<[string, (parts: NamedBytes[]) => NamedBytes[], string]>([
    ['a missing header', (parts) => parts.slice(1), 'table.header: it is missing'],
    ['a missing page', (parts) => parts.filter(({ name }) => !name.startsWith('table.page')), 'table.page: 0 of 40 rows are there'],
    ['a page that ends within a record', (parts) => cut(parts, 1, 10), 'no whole records of 36'],
    ['cut admission counters', (parts) => cut(parts, 2, 10), 'table.admission: 1048566 of 1048576 counters are there'],
  ])('refuses %s and stays as it was', (_, damage, message) => {
    const parts = damage([...learned({ ...OPTIONS, admission: 2 }).serialise()])
    const table = learned({ ...OPTIONS, admission: 2 })
    const before = digestOf(table)
    expect(() => table.restore(parts)).toThrow(message)
    expect(() => table.restore(parts)).toThrow(CorruptError)
    expect(digestOf(table)).toBe(before)
  })

  it('refuses the parts of a table with other constants, naming both', () => {
    const table = openTable({ ...OPTIONS, seed: 6 })
    expect(() => table.restore(learned(OPTIONS).serialise())).toThrow(PreconditionError)
    expect(() => table.restore(learned(OPTIONS).serialise())).toThrow('was made with [1,5,1,3,2,1,40], and this one with [1,6,1,3,2,1,40]')
  })
})

function learned(options: TableOptions): Table {
  const table = openTable(options)
  for (let step = 1; step <= 3; step++) learn(table, step)
  return table
}

function learn(table: Table, step: number): void {
  const ids = Uint32Array.from({ length: 80 }, (_, i) => 1 + i * (step === 4 ? 3 : 1))
  const rows = table.rowsOf(ids, 40, { step })
  const gradients = Float32Array.from({ length: 40 * table.width }, (_, i) => ((i * step) % 17) - 8)
  table.learn(rows, gradients, { rate: 1 })
}

async function* unaligned(parts: Iterable<NamedBytes>): AsyncIterable<NamedBytes> {
  for (const { name, bytes } of parts) {
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    yield { name, bytes: shifted.subarray(1) }
  }
}

const cut = (parts: NamedBytes[], at: number, by: number): NamedBytes[] =>
  parts.map(({ name, bytes }, i) => ({ name, bytes: i === at ? bytes.subarray(0, bytes.length - by) : bytes }))

function digestOf(table: Table): string {
  const hash = createHash('sha256')
  table.digestInto(hash)
  return hash.digest('hex')
}
