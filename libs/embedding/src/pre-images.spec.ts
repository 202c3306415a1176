import fc from 'fast-check'
import { layoutOf } from './layout'
import { PreImages } from './pre-images'
import { RecordPages } from './record-pages'

const LAYOUT = layoutOf({ width: 2, segments: [2], rowScales: [1], seed: 1 })

function pagesOf(rows: number): RecordPages {
  const pages = new RecordPages(LAYOUT, { pageBytes: 512 })
  for (let row = 0; row < rows; row++) pages.add(row, row)
  return pages
}

const copyOf = (pages: RecordPages): number[] =>
  pages.words.flatMap((_, page) => [...new Uint32Array(pages.filledBytes(page).slice().buffer)])

describe('records that are kept for a reader', () => {
  it('are what they were when it began, in whatever order they change, are born, and are read', () => {
    fc.assert(
      fc.property(fc.nat(900), fc.array(fc.oneof(fc.nat(1200), fc.constant('read' as const)), { maxLength: 900 }), (rows, acts) => {
        const pages = pagesOf(rows)
        const before = copyOf(pages)
        const images = new PreImages(pages)
        const kept = new Set<number>()
        const read: number[] = []
        const readOn = (): void => {
          if (read.length < before.length) read.push(...images.next().words)
        }
        for (const act of acts) {
          if (act === 'read') readOn()
          else if (act >= pages.size) pages.add(7, 7)
          else {
            if (!kept.has(act)) images.keep(act)
            kept.add(act)
            pages.words[act >>> pages.rowShift][(act & pages.rowMask) * LAYOUT.stride]++
          }
        }
        while (read.length < before.length) readOn()
        expect(read).toEqual(before)
        expect(images.heldBytes).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  it('take the memory of those that were read', () => {
    const pages = pagesOf(4000)
    const images = new PreImages(pages)
    for (let row = 0; row < 4000; row++) images.keep(row)
    expect(images.heldBytes).toBe(4000 * LAYOUT.stride * 4)
    for (let i = 0; i < images.blocks / 2; i++) images.next()
    expect(images.heldBytes).toBeLessThan(2100 * LAYOUT.stride * 4)
  })
})
