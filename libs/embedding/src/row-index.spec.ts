import { ABSENT } from './absent'
import { layoutOf } from './layout'
import { RecordPages } from './record-pages'
import { RowIndex } from './row-index'

const PAGES = () => new RecordPages(layoutOf({ width: 1, segments: [1], rowScales: [1], seed: 1 }))

describe('the row index', () => {
  it('finds one by one what it finds at once, known ids and unknown ones', () => {
    const index = filled(5000, 8).index
    const pairs = Uint32Array.from({ length: 12_000 }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : 3))
    const all = index.findAll(pairs, 6000)
    expect(all).toEqual(Uint32Array.from({ length: 6000 }, (_, i) => index.find(i + 1, 3)))
    expect([...all.subarray(4998, 5002)]).toEqual([4998, 4999, ABSENT, ABSENT])
  })

  it('grows a shard at a time: no stretch of births doubles all of them', () => {
    const { growths } = filled(100_000, 64)
    const doubledWithin = (from: number, to: number): number => growths.filter((at) => at >= from && at < to).length
    const busiest = Math.max(...growths.map((at) => doubledWithin(at, at * 1.01)))
    expect(growths.length).toBeGreaterThan(64 * 5)
    expect(busiest).toBeLessThan(16) // of 64 shards, within the births of one percent of the rows
  })

  it('holds at most 54 bytes a row', () => {
    const rows = 100_000
    expect(filled(rows, 64).index.bytes).toBeLessThan(rows * 54) // 12 a slot, and just grown at the smallest load: 2 × 12 ÷ 0.45
  })

  it('is rebuilt from the pages alone', () => {
    const { pages, index } = filled(3000, 64)
    const rebuilt = new RowIndex({ shards: 2 })
    rebuilt.insertAll(pages)
    const pairs = Uint32Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : 3))
    expect(rebuilt.findAll(pairs, 3000)).toEqual(index.findAll(pairs, 3000))
  })
})

/** Enters the ids (1, 3), (2, 3), …; `growths` are the births at which the index grew. */
function filled(rows: number, shards: number): { pages: RecordPages; index: RowIndex; growths: number[] } {
  const pages = PAGES()
  const index = new RowIndex({ shards })
  const growths: number[] = []
  let bytes = index.bytes
  for (let lo = 1; lo <= rows; lo++) {
    index.insert(lo, 3, pages.add(lo, 3))
    if (lo % 16 !== 0 || index.bytes === bytes) continue
    growths.push(lo)
    bytes = index.bytes
  }
  return { pages, index, growths }
}
