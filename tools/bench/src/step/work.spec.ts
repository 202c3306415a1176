import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idsOf, makeBatches, SHAPE, writeBatches } from './work'

describe('the work of a step', () => {
  it('is the same each time, and another in each batch', () => {
    const [a, b] = makeBatches({ rows: 5000, batches: 2 })
    expect(makeBatches({ rows: 5000, batches: 1 })[0]).toEqual(a)
    expect(b.rows).not.toEqual(a.rows)
    expect(a.rows).toHaveLength(SHAPE.batch * SHAPE.slots)
  })

  it('gives every row an id of its own, and none the empty pair', () => {
    const pairs = idsOf(Uint32Array.from({ length: 50_000 }, (_, i) => i))
    const ids = new Set(Array.from({ length: 50_000 }, (_, i) => pairs[2 * i] * 2 ** 32 + pairs[2 * i + 1]))
    expect(ids.size).toBe(50_000)
    expect(ids.has(0)).toBe(false)
  })

  it('writes for the peer what the batches hold, one after the other', () => {
    const directory = mkdtempSync(join(tmpdir(), 'freshet-work-'))
    const batches = makeBatches({ rows: 100, batches: 2 })
    writeBatches(directory, batches)
    const rows = readFileSync(join(directory, 'rows.bin'))
    expect(rows.readUInt32LE(4 * batches[0].rows.length)).toBe(batches[1].rows[0])
    expect(readFileSync(join(directory, 'labels.bin'))).toHaveLength(2 * 4 * SHAPE.batch)
    rmSync(directory, { recursive: true })
  })
})
