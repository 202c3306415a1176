import { openTable, type Table } from './table'
import { adagrad } from './adagrad.fixture'

const OPTIONS = { width: 3, segments: [2, 1], optimisers: [adagrad(0.1), adagrad(0.1)], rowScales: [0.5, 0.1], seed: 7 }
const [A, B] = [Uint32Array.of(1, 100), Uint32Array.of(2, 200)]

function learn(table: Table, pair: Uint32Array, step: number): void {
  table.learn(table.rowsOf(pair, 1, { step }), Float32Array.of(1, -2, 3), { rate: 1 })
}

function valuesOf(table: Table, pair: Uint32Array): Float32Array {
  const out = new Float32Array(OPTIONS.width)
  table.gather(pair, 1, out)
  return out
}

describe('a row that is born again', () => {
  it('has the values of its birth, and learns from them as if it had never learned', () => {
    const [table, fresh] = [openTable(OPTIONS), openTable(OPTIONS)]
    learn(table, A, 1)
    expect(valuesOf(table, A)).not.toEqual(valuesOf(fresh, A))
    table.rebirth(A, 1)
    expect(valuesOf(table, A)).toEqual(valuesOf(fresh, A))
    for (const each of [table, fresh]) learn(each, A, 2)
    const bytes = ([...parts]: ReturnType<Table['serialise']>): Uint8Array[] => parts.map((part) => part.bytes)
    expect(bytes(table.serialise())).toEqual(bytes(fresh.serialise()))
  })

  it('leaves others as they are, and brings none about', () => {
    const table = openTable(OPTIONS)
    learn(table, A, 1)
    const before = valuesOf(table, A)
    table.rebirth(Uint32Array.of(...B, 0, 0), 2)
    expect(valuesOf(table, A)).toEqual(before)
    expect(table.size).toBe(1)
  })
})
