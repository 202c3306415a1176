import { openTable } from '@freshet/embedding'
import { ItemColumns } from './item-columns'
import { ItemParts } from './item-parts'

const TURN = 65_536 // places so far apart share a slot

describe('kept item parts', () => {
  const tableOf = () => openTable({ width: 1, segments: [1], rowScales: [1], seed: 1 })
  let stamps: Map<number, number>
  let columns: ItemColumns
  let model: { denseState: { dense: Float32Array; step: number }; table: ReturnType<typeof tableOf>; onRows: () => void }
  let parts: ItemParts

  beforeEach(() => {
    stamps = new Map()
    columns = new ItemColumns({ ids: 0, numbers: 0, vector: 0 })
    columns.reserve(10)
    model = { denseState: { dense: new Float32Array(1), step: 1 }, table: tableOf(), onRows: () => undefined }
    parts = new ItemParts({ columns, stampOf: (at) => stamps.get(at) ?? 0, follow: () => undefined }, model, 2)
  })

  const keep = (at: number, values: readonly number[], generation = parts.open().generation): void =>
    parts.keep(generation, { at, stamp: stamps.get(at) ?? 0 }, { made: Float32Array.from([0, ...values]), from: 1 })
  const read = (at: number): number[] | undefined => {
    parts.open()
    const out = new Float32Array(4).fill(9)
    return parts.read(at, out, 1) ? [...out] : undefined
  }

  it('are what was kept, at the place that is asked for', () => {
    keep(3, [5, 6])
    expect([read(3), read(4)]).toEqual([[9, 5, 6, 9], undefined])
  })

  it('hold as long as the stamp of their item, and no other', () => {
    keep(3, [5, 6])
    keep(4, [7, 8])
    stamps.set(3, 1)
    expect([read(3), read(4)]).toEqual([undefined, [9, 7, 8, 9]])
    keep(3, [1, 2])
    expect(read(3)).toEqual([9, 1, 2, 9])
  })

  it('are forgotten with the dense parameters, and with the table', () => {
    for (const replace of [() => (model.denseState = { ...model.denseState }), () => (model.table = tableOf())]) {
      keep(3, [5, 6])
      replace()
      expect(read(3)).toBeUndefined()
    }
  })

  it('are not taken from a run that began before they were forgotten', () => {
    const { generation } = parts.open()
    model.denseState = { ...model.denseState }
    parts.open()
    keep(3, [5, 6], generation)
    expect(read(3)).toBeUndefined()
  })

  it('take turns where a catalogue has more places than parts are kept', () => {
    columns.reserve(2 * TURN)
    keep(3, [5, 6])
    keep(TURN + 3, [7, 8])
    expect([read(3), read(TURN + 3)]).toEqual([undefined, [9, 7, 8, 9]])
  })
})
