import { createHash } from 'node:crypto'
import { ABSENT, openTable, type NamedBytes, type Table, type TableOptions } from './index'
import { partsOf } from './stream-parts.fixture'
import { adagrad } from './adagrad.fixture'

const OPTIONS: TableOptions = { width: 4, segments: [4], optimisers: [adagrad(0.1)], rowScales: [0.5], seed: 3 }
const FORGETFUL = { ...OPTIONS, expireAfterSteps: 5 }

/** Ids from `first` on, `count` of them. */
const idsOf = (first: number, count: number): Uint32Array =>
  Uint32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? first + i / 2 : 8))

/** A step that meets ids and learns from them; the ids whose rows were given up in it. */
function learn(table: Table, ids: Uint32Array, step: number): number[] {
  const count = ids.length / 2
  table.learn(table.rowsOf(ids, count, { step }), new Float32Array(4 * count).fill(step), { rate: 1 })
  return [...table.expire({ step })].filter((_, i) => i % 2 === 0)
}

function valuesOf(table: Table, ids: Uint32Array): Float32Array {
  const out = new Float32Array(2 * ids.length)
  table.gather(ids, ids.length / 2, out)
  return out
}

function rowsIn(table: Table, ids: Uint32Array): number[] {
  const rows = new Uint32Array(ids.length / 2)
  table.find(ids, rows.length, rows)
  return [...rows]
}

function digestOf(table: Table): string {
  const hash = createHash('sha256')
  table.digestInto(hash)
  return hash.digest('hex')
}

const copied = (parts: Iterable<NamedBytes>): NamedBytes[] => [...parts].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))

describe('a row that nobody comes back to', () => {
  it('expires after so many steps, and its id reads as one that was never met', () => {
    const table = openTable(FORGETFUL)
    learn(table, idsOf(1, 3), 1)
    const gone = [2, 3, 4, 5, 6, 7].map((step) => learn(table, idsOf(2, 1), step))
    expect(gone).toEqual([[], [], [], [], [1, 3], []])
    expect(table.size).toBe(1)
    expect(rowsIn(table, idsOf(1, 3))).toEqual([ABSENT, 1, ABSENT])
    expect(valuesOf(table, idsOf(3, 1))).toEqual(valuesOf(openTable(OPTIONS), idsOf(3, 1)))
  })

  it('gives its place to a birth, the one that was freed last first, which learns as if in a new place', () => {
    const [table, fresh] = [openTable(FORGETFUL), openTable(OPTIONS)]
    learn(table, idsOf(1, 3), 1)
    for (let step = 2; step <= 6; step++) learn(table, idsOf(90, 1), step)
    for (const each of [table, fresh]) learn(each, idsOf(1, 2), 7)
    expect(rowsIn(table, idsOf(1, 2))).toEqual([2, 1])
    expect(table.records.size).toBe(4)
    expect(valuesOf(table, idsOf(1, 2))).toEqual(valuesOf(fresh, idsOf(1, 2)))
  })

  it('stays as long as a step meets it that finds rows by itself', () => {
    const table = openTable(FORGETFUL)
    learn(table, idsOf(1, 2), 1)
    for (let step = 2; step <= 9; step++) {
      table.meet(Uint32Array.of(0, ABSENT), { step })
      table.expire({ step })
    }
    expect(rowsIn(table, idsOf(1, 2))).toEqual([0, ABSENT])
  })

  it('that was met in a step which turned out to be none expires as late after a restore as without one', () => {
    const [table, other] = [openTable(FORGETFUL), openTable(FORGETFUL)]
    learn(table, idsOf(1, 2), 1)
    table.bearAll(idsOf(2, 2), 2, { step: 4 })
    table.keepMeetings(4)
    const frequencies = [0, 1, 2].map((row) => table.records.words[0][row * table.layout.stride + table.layout.frequency])
    expect(frequencies).toEqual([1, 1, 0])
    other.restore(copied(table.serialise()))
    for (const each of [table, other]) {
      const gone = [5, 6, 7, 8, 9].map((step) => learn(each, idsOf(90, 1), step))
      expect(gone).toEqual([[], [1], [], [], [3, 2]])
    }
    expect(digestOf(other)).toBe(digestOf(table))
  })

  it('waits for its turn: a step looks at some thousand rows, and gives up some hundred', () => {
    const table = openTable({ ...FORGETFUL, expireAfterSteps: 1 })
    table.rowsOf(idsOf(1, 10_000), 10_000, { step: 1 })
    const gone: number[] = []
    for (let step = 3; table.size > 0; step++) gone.push(table.expire({ step }).length / 2)
    expect(Math.max(...gone)).toBe(512)
    expect(gone.length).toBe(Math.ceil(10_000 / 512))
    table.rowsOf(idsOf(1, 9000), 9000, { step: 100 })
    table.expire({ step: 100 })
    table.rowsOf(idsOf(9001, 1), 1, { step: 101 })
    expect(Array.from({ length: 20 }, () => table.expire({ step: 101 }).length / 2).filter((given) => given > 0).length).toBeGreaterThan(1)
  })
})

describe('an id that is deleted', () => {
  it('has no row and no trace of its key, and is later born anew like any other', () => {
    const [table, fresh] = [openTable(OPTIONS), openTable(OPTIONS)]
    learn(table, idsOf(1, 40), 1)
    expect(table.delete(Uint32Array.of(...idsOf(7, 2), 0, 0, 1000, 1), 4)).toBe(2)
    expect([table.size, table.deletions, rowsIn(table, idsOf(6, 3))]).toEqual([38, 1, [5, ABSENT, ABSENT]])
    const row = 6 * table.layout.stride
    expect([...table.records.words[0].subarray(row, row + table.layout.stride)].filter((word) => word !== 0)).toEqual([])
    for (const each of [table, fresh]) learn(each, idsOf(7, 1), 2)
    expect(valuesOf(table, idsOf(7, 1))).toEqual(valuesOf(fresh, idsOf(7, 1)))
  })

  it('is not known to whoever deletes it again', () => {
    const table = openTable(OPTIONS)
    learn(table, idsOf(1, 4), 1)
    expect([table.delete(idsOf(1, 1), 1), table.delete(idsOf(1, 1), 1), table.deletions]).toEqual([1, 0, 1])
  })

  it('is missing from a version and from an increment, and comes back in neither', () => {
    const table = openTable(OPTIONS)
    learn(table, idsOf(1, 40), 1)
    const base = copied(table.serialise())
    table.scan().close(true)
    table.delete(idsOf(5, 3), 3)
    const scan = table.scan()
    expect(scan.bytes.touched).toBe(3 * table.layout.stride * 4)
    const layers = [table.serialise(), [...base, ...partsOf(scan.increment())]]
    for (const parts of layers) {
      const copy = openTable(OPTIONS)
      copy.restore(parts)
      expect([copy.size, digestOf(copy), rowsIn(copy, idsOf(5, 3))]).toEqual([37, digestOf(table), [ABSENT, ABSENT, ABSENT]])
    }
  })
})

describe('a table whose memory has a bound', () => {
  const BOUND = 400_000 // some five thousand rows
  const bounded = (more: Partial<TableOptions> = {}): Table => openTable({ ...OPTIONS, memoryBytes: BOUND, ...more })

  it.each([1, 3])('never takes more, however many ids come, with admission at %i', (admission) => {
    const memoryBytes = BOUND + (admission > 1 ? 1 << 20 : 0) // admission counts in a megabyte
    const table = bounded({ admission, memoryBytes })
    const bytes: number[] = []
    for (let step = 1; step <= 120; step++) {
      learn(table, idsOf(1 + 300 * Math.floor(step / admission), 600), step)
      bytes.push(table.bytes)
    }
    expect(Math.max(...bytes)).toBeLessThanOrEqual(memoryBytes)
    expect(Math.max(...bytes)).toBeGreaterThan(0.97 * memoryBytes)
    expect(bytes.slice(-5)).toEqual(new Array(5).fill(bytes[119])) // it is full
  })

  it('gives new ids the places of those that were met longest ago', () => {
    const table = bounded()
    const loyal = idsOf(1, 100)
    for (let step = 1; step <= 200; step++) learn(table, Uint32Array.of(...loyal, ...idsOf(1000 + 100 * step, 100)), step)
    const lately = idsOf(1000 + 100 * 181, 2000)
    expect(rowsIn(table, loyal)).not.toContain(ABSENT)
    expect(rowsIn(table, lately).filter((row) => row === ABSENT).length).toBeLessThan(20)
    expect(rowsIn(table, idsOf(1100, 1000)).filter((row) => row !== ABSENT)).toEqual([])
  })

  it('tells which ids had to go', () => {
    const table = bounded()
    learn(table, idsOf(1, 20_000), 1)
    const rows = table.size
    const before = rowsIn(table, idsOf(1, rows))
    const gone = learn(table, idsOf(100_000, 300), 2)
    expect(before).not.toContain(ABSENT)
    expect([...new Set(gone)]).toHaveLength(300)
    expect(rowsIn(table, idsOf(1, rows)).flatMap((row, i) => (row === ABSENT ? [1 + i] : []))).toEqual(gone.sort((a, b) => a - b))
    expect(table.size).toBe(rows)
  })

  it('keeps those of the step that is under way: what finds no room stays absent, reads as unborn, and may come again', () => {
    const table = bounded()
    const ids = idsOf(1, 20_000)
    const rows = table.rowsOf(ids, 20_000, { step: 1 })
    const born = rows.indexOf(ABSENT)
    expect(rows.subarray(born).every((row) => row === ABSENT)).toBe(true)
    expect(table.size).toBe(born)
    table.learn(rows, new Float32Array(4 * rows.length), { rate: 1 })
    expect(valuesOf(table, idsOf(20_000, 1))).toEqual(valuesOf(openTable(OPTIONS), idsOf(20_000, 1)))
    expect([...table.rowsOf(idsOf(20_000, 1), 1, { step: 2 })]).not.toContain(ABSENT)
  })

  it('takes what another table computed only as far as there is room', () => {
    const table = bounded()
    table.assign(idsOf(1, 20_000), 20_000, new Float32Array(80_000))
    expect(table.bytes).toBeLessThanOrEqual(BOUND)
    expect(table.size).toBeLessThan(20_000)
  })

  it('says how much it needs at least', () => {
    expect(() => openTable({ ...OPTIONS, memoryBytes: 1000 })).toThrow(
      /^memoryBytes is 1000, but a table without rows takes \d+; give at least \d+/,
    )
    expect(openTable({ ...OPTIONS, memoryBytes: 80_000 }).bytes).toBeLessThanOrEqual(80_000)
  })
})

describe('a table that forgets, at rest', () => {
  const churned = (options: TableOptions): Table => {
    const table = openTable(options)
    for (let step = 1; step <= 12; step++) learn(table, idsOf(1 + 30 * step, 60), step)
    table.delete(idsOf(370, 9), 9)
    return table
  }

  it('comes back exactly, and goes on exactly', () => {
    const [table, copy] = [churned(FORGETFUL), openTable(FORGETFUL)]
    copy.restore(copied(table.serialise()))
    for (let step = 13; step <= 20; step++) {
      for (const each of [table, copy]) learn(each, idsOf(1 + 25 * step, 60), step)
      expect(digestOf(copy)).toBe(digestOf(table))
    }
  })

  it('is read by a scan as it was when that began', () => {
    const [table, twin] = [churned(FORGETFUL), churned(FORGETFUL)]
    const hash = createHash('sha256')
    const parts: Buffer[] = []
    const scan = table.scan()
    for (const slice of scan.whole().slices(hash)) {
      parts.push(Buffer.from(slice))
      table.delete(idsOf(360 + parts.length, 1), 1)
      learn(table, idsOf(2000 + 10 * parts.length, 20), 12 + parts.length)
    }
    expect(hash.digest('hex')).toBe(digestOf(twin))
  })

  it('is not opened by other rules, which would give up other rows; who only reads needs none', () => {
    const parts = copied(churned(FORGETFUL).serialise())
    const open = (options: Partial<TableOptions>) => () => openTable({ ...OPTIONS, ...options }).restore(parts)
    expect(open({ expireAfterSteps: 6 })).toThrow('forgets after 5 steps and within 0 bytes, and this one after 6')
    expect(open({ expireAfterSteps: 5, memoryBytes: 2 ** 33 })).toThrow('and within 8589934592 (0: never)')
    expect(open({})).not.toThrow()
    expect(() => openTable(FORGETFUL).restore(copied(churned(OPTIONS).serialise()))).toThrow('forgets after 0 steps')
  })

  it('is refused where the list of its free rows is not what it should be', () => {
    const parts = copied(churned(FORGETFUL).serialise())
    const forgetting = parts.find(({ name }) => name === 'table.forgetting')
    new DataView(forgetting?.bytes.buffer ?? new ArrayBuffer(0)).setUint32(16, 60_000, true)
    expect(() => openTable(FORGETFUL).restore(parts)).toThrow(/^table.forgetting: \d+ rows are not free from 60000 on/)
  })

  it('has one part more than a table that neither forgets nor has lost a row', () => {
    const names = (table: Table): string[] => [...table.serialise()].map(({ name }) => name)
    const plain = openTable(OPTIONS)
    learn(plain, idsOf(1, 5), 1)
    expect(names(plain)).toEqual(['table.header', 'table.page.000000', 'table.admission'])
    plain.delete(idsOf(1, 1), 1)
    expect(names(plain)).toContain('table.forgetting')
    learn(plain, idsOf(9, 1), 2)
    expect(names(plain)).not.toContain('table.forgetting')
  })

  it.each([0, -1, 1.5])('has no expiry after %p steps', (expireAfterSteps) => {
    expect(() => openTable({ ...OPTIONS, expireAfterSteps })).toThrow('it is a whole number from 1 on')
  })
})
