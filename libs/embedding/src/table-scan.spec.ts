import { createHash } from 'node:crypto'
import { CorruptError, PreconditionError } from '@freshet/kernel'
import { openTable, type NamedBytes, type Table, type TableOptions, type TableStream } from './index'
import { adagrad } from './adagrad.fixture'

const OPTIONS: TableOptions = {
  width: 3,
  segments: [2, 1],
  optimisers: [adagrad(0.1), adagrad(0.1)],
  rowScales: [1, 0],
  seed: 5,
  pageBytes: 1024,
} // pages of 16 records, blocks of 4

/** A step: `count` ids from `first` on are learned from, and one is given values. */
function learn(table: Table, step: number, [first, count]: readonly [number, number]): void {
  const ids = Uint32Array.from({ length: 2 * count }, (_, i) => first + (i >>> 1) + 1)
  const rows = table.rowsOf(ids, count, { step })
  table.learn(rows, new Float32Array(count * 3).fill(step / 8), { rate: 1 })
  table.assign(ids, 1, Float32Array.of(step, 0, 1))
}

function learned(options = OPTIONS): Table {
  const table = openTable(options)
  for (let step = 1; step <= 4; step++) learn(table, step, [step * 20, 60])
  return table
}

/** Reads a stream to its end while `meanwhile` happens between its slices; its parts, and the digest that it was shown. */
function drain({ entries, slices }: TableStream, meanwhile: (slice: number) => void = () => undefined): Read {
  const hash = createHash('sha256')
  const read: Uint8Array[] = []
  let slice = 0
  for (const bytes of slices(hash)) {
    read.push(bytes.slice())
    meanwhile(slice++)
  }
  const all = Buffer.concat(read)
  let at = 0
  const parts = entries.map(({ name, shape, dtype }) => {
    const bytes = shape.reduce((product, length) => product * length, dtype === 'U8' ? 1 : 4)
    return { name, bytes: all.subarray(at, (at += bytes)) }
  })
  expect(at).toBe(all.length)
  return { parts, digest: hash.digest('hex'), slices: slice }
}

interface Read {
  readonly parts: NamedBytes[]
  readonly digest: string
  readonly slices: number
}

function digestOf(table: Table): string {
  const hash = createHash('sha256')
  table.digestInto(hash)
  return hash.digest('hex')
}

function restored(...layers: readonly NamedBytes[][]): Table {
  const table = openTable(OPTIONS)
  table.restore(layers.flat())
  return table
}

describe('a scan of a table that goes on', () => {
  it('reads it as it was when the scan began, whatever is learned between two slices', () => {
    const [table, undisturbed] = [learned(), learned()]
    const scan = table.scan()
    const { parts, digest, slices } = drain(scan.whole(), (slice) => learn(table, 5 + slice, [slice * 7, 50]))
    expect(slices).toBeGreaterThan(30)
    expect(digest).toBe(digestOf(undisturbed))
    expect(digestOf(restored(parts))).toBe(digest)
    expect(scan.heldBytes).toBe(0) // what was kept has been read, and is forgotten
  })

  it('does not change what is learned meanwhile', () => {
    const [table, twin] = [learned(), learned()]
    drain(table.scan().whole(), (slice) => {
      for (const each of [table, twin]) learn(each, 5 + slice, [slice * 7, 50])
    })
    expect(digestOf(table)).toBe(digestOf(twin))
  })

  it('keeps a record once, and none that it has passed', () => {
    const table = learned()
    const scan = table.scan()
    for (let i = 0; i < 3; i++) learn(table, 5, [20, 10])
    expect(scan.heldBytes).toBe(10 * table.layout.stride * 4)
    drain(scan.whole(), () => learn(table, 6, [20, 10]))
    expect(scan.heldBytes).toBe(0)
  })

  it('is the only one until it is closed', () => {
    const table = learned()
    const scan = table.scan()
    expect(() => table.scan()).toThrow(PreconditionError)
    scan.close(true)
    expect(drain(table.scan().whole()).digest).toBe(digestOf(table))
  })

  it('holds admission still, too', () => {
    const options = { ...OPTIONS, admission: 3 }
    const [table, undisturbed] = [learned(options), learned(options)]
    expect(drain(table.scan().whole(), (slice) => learn(table, 5 + slice, [slice, 90])).digest).toBe(digestOf(undisturbed))
  })
})

describe('an increment', () => {
  /** A table with its first version, and what was learned since. */
  function grown(): { table: Table; whole: Read; increments: Read[] } {
    const table = learned()
    const first = table.scan()
    const whole = drain(first.whole(), (slice) => learn(table, 5, [slice, 3]))
    first.close(true)
    const increments = [6, 7, 8].map((step) => {
      learn(table, step, [step * 20, 15]) // some rows are known, some are born
      const scan = table.scan()
      const read = drain(scan.increment(), () => undefined)
      expect(read.digest).toBe(digestOf(table))
      scan.close(true)
      return read
    })
    return { table, whole, increments }
  }

  it('gives, above what was sealed before it, the table as it was', () => {
    const { table, whole, increments } = grown()
    expect(digestOf(restored(whole.parts, ...increments.map(({ parts }) => parts)))).toBe(digestOf(table))
    expect(digestOf(restored(whole.parts, increments[0].parts))).toBe(increments[0].digest)
  })

  it('holds the rows that were touched, and no others', () => {
    const { increments } = grown()
    const [, rows] = increments[2].parts
    expect([rows.name, rows.bytes.length]).toEqual(['table.rows', 15 * 4])
  })

  it('counts as not made where it was not sealed: the next one has its rows, too', () => {
    const { table, whole, increments } = grown()
    learn(table, 9, [5, 10])
    const failed = table.scan()
    drain(failed.increment(), () => learn(table, 10, [200, 4]))
    failed.close(false)
    const scan = table.scan()
    expect(scan.bytes.touched).toBe(14 * table.layout.stride * 4)
    const layers = [...increments, drain(scan.increment())].map(({ parts }) => parts)
    expect(digestOf(restored(whole.parts, ...layers))).toBe(digestOf(table))
  })

  it.each<[string, (whole: NamedBytes[], layers: NamedBytes[][]) => NamedBytes[][], string]>([
    ['a layer without the one before it', (whole, [, second]) => [whole, second], 'rows'],
    [
      'records without their rows',
      (whole, [first]) => [whole, first.filter(({ name }) => name !== 'table.rows')],
      'records are for 0 rows',
    ],
    ['rows without their records', (whole, [first]) => [whole, first.filter(({ name }) => !/records/.test(name))], 'records are missing'],
  ])('refuses %s', (_, choose, message) => {
    const { whole, increments } = grown()
    const layers = choose(whole.parts, increments.map(({ parts }) => parts)) // prettier-ignore
    expect(() => restored(...layers)).toThrow(CorruptError)
    expect(() => restored(...layers)).toThrow(message)
  })
})
