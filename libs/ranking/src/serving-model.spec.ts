import { Result } from '@freshet/contracts'
import { bytesOf, CorruptError } from '@freshet/kernel'
import { ServingModel } from './serving-model'
import { emptyTable, openShop, type Shop } from './shop.fixture'

const A = [1, 100]
const B = [2, 200]

describe('a serving model', () => {
  let shop: Shop
  let model: ServingModel

  beforeEach(async () => {
    shop = await openShop()
    model = shop.model
  })

  const valuesOf = (pairs: number[]): number[] => {
    const out = new Float32Array((pairs.length / 2) * shop.modelSet.rowWidth)
    model.table.gather(Uint32Array.from(pairs), pairs.length / 2, out)
    return [...out]
  }
  const rows = (pairs: number[], fill: number): Partial<Result> => ({
    rowIds: bytesOf(Uint32Array.from(pairs)),
    rowValues: bytesOf(new Float32Array((pairs.length / 2) * shop.modelSet.rowWidth).fill(fill)),
  })
  const dense = (fill: number, from = 0, to = shop.modelSet.parameterCount): Partial<Result> => ({
    dense: bytesOf(new Float32Array(to - from).fill(fill)),
    denseOffset: from,
    denseLength: shop.modelSet.parameterCount,
  })
  const result = (fields: Partial<Result>): Result => Result.create({ fromStep: 1, toStep: 1, contains: [7, -1, 3, 0], ...fields })

  it('begins untrained, with the initial values of the declared model', () => {
    expect(model.isTrained).toBe(false)
    expect(model.denseState.dense).toEqual(shop.modelSet.initialDense())
    expect(model.stamp()).toEqual({ rowStep: 0, denseStep: 0, contains: [-1, -1, -1, -1], version: '' })
  })

  it('takes rows by value at once, and says which step and offsets it contains', () => {
    model.apply(result({ ...rows([...A, ...B], 0.5), toStep: 4 }))
    expect(valuesOf([...A, ...B])).toEqual(new Array(2 * shop.modelSet.rowWidth).fill(0.5))
    expect(model.stamp()).toMatchObject({ rowStep: 4, denseStep: 0, contains: [7, -1, 3, 0] })
    expect(model.isTrained).toBe(true)
  })

  it('equals a twin that was handed the final values, whatever results they came by', () => {
    const twin = emptyTable(shop.modelSet)
    for (const [step, fill] of [0.1, 0.2, 0.3].entries()) {
      model.apply(result({ ...rows(step === 1 ? B : [...A, ...B], fill), fromStep: step + 1, toStep: step + 1 }))
    }
    twin.assign(Uint32Array.from([...A, ...B]), 2, new Float32Array(2 * shop.modelSet.rowWidth).fill(0.3))
    const expected = new Float32Array(3 * shop.modelSet.rowWidth)
    twin.gather(Uint32Array.from([...A, ...B, 9, 9]), 3, expected)
    expect(valuesOf([...A, ...B, 9, 9])).toEqual([...expected]) // an id that nobody learned included
  })

  it('tells who listens which rows have changed', () => {
    const heard: number[][] = []
    model.onRows((pairs, count) => heard.push([...pairs.subarray(0, 2 * count)]))
    model.apply(result(rows([...B, ...A], 1)))
    expect(heard).toEqual([[...B, ...A]])
  })

  it('drops rows that are gone, which then read as what they would be born with, and tells who listens', () => {
    const unborn = valuesOf(A)
    model.apply(result(rows([...A, ...B], 1)))
    const heard: number[][] = []
    model.onRows((pairs, count) => heard.push([...pairs.subarray(0, 2 * count)]))
    const gone = { goneIds: bytesOf(Uint32Array.from([...A, 7, 700])), fromStep: 2, toStep: 2 } // of the last it never had one
    model.apply(result({ ...gone, continues: true }))
    expect(model.table.size).toBe(2)
    model.apply(result({ ...rows(B, 2), fromStep: 2, toStep: 2 }))
    expect([valuesOf(A), valuesOf(B)[0], model.table.size]).toEqual([unborn, 2, 1])
    expect(heard).toEqual([[...A, 7, 700], B])
    model.apply(result({ goneIds: gone.goneIds, fromStep: 3, toStep: 3 }))
    expect(heard).toHaveLength(2) // nothing has changed
  })

  it('applies the parts of a result together, when the last has come', () => {
    const before = valuesOf(A)
    model.apply(result({ ...rows(A, 1), continues: true }))
    expect(valuesOf(A)).toEqual(before)
    expect(model.isTrained).toBe(false)
    model.apply(result(rows(B, 2)))
    expect([valuesOf(A)[0], valuesOf(B)[0]]).toEqual([1, 2])
  })

  it('forgets the parts of a result that another one replaces', () => {
    const before = valuesOf(A)
    model.apply(result({ ...rows(A, 1), toStep: 3, continues: true }))
    model.apply(result({ ...rows(B, 2), toStep: 2 }))
    expect([valuesOf(A), valuesOf(B)[0]]).toEqual([before, 2])
  })

  it('puts dense parameters together from parts, also where their writer began them anew', () => {
    const half = shop.modelSet.parameterCount >> 1
    const parts = [dense(3, 0, half), dense(1, 0, half), dense(2, half)]
    parts.forEach((part, i) => model.apply(result({ ...part, continues: i < 2 })))
    const due = model.dueDense?.dense
    expect([due?.[0], due?.[half - 1], due?.[half]]).toEqual([1, 1, 2])
  })

  it('serves dense parameters at once while there are no vectors, and afterwards only together with theirs', () => {
    model.apply(result(dense(1)))
    expect(model.denseState.dense[0]).toBe(1)
    const [first] = [model.dueDense]
    if (first) model.adopt(first)
    model.apply(result({ ...dense(2), fromStep: 2, toStep: 2 }))
    expect([model.denseState.dense[0], model.stamp().denseStep, model.stamp().rowStep]).toEqual([1, 1, 2])
    const [second] = [model.dueDense]
    if (second) model.adopt(second)
    expect([model.denseState.dense[0], model.stamp().denseStep, model.dueDense]).toEqual([2, 2, undefined])
  })

  it('keeps newer parameters due while older ones are adopted', () => {
    model.apply(result(dense(1)))
    const first = model.dueDense
    model.apply(result({ ...dense(2), fromStep: 2, toStep: 2 }))
    if (first) model.adopt(first)
    expect([model.denseState.dense[0], model.dueDense?.dense[0]]).toEqual([1, 2])
  })

  it('becomes a version, and leaves nothing of what was before', () => {
    model.apply(result(rows(A, 9)))
    const table = emptyTable(shop.modelSet)
    const version = { name: 'v5', step: 5, contains: [1, 2, 3, 4], dense: new Float32Array(shop.modelSet.parameterCount).fill(3), table }
    model.take(version)
    expect(model.stamp()).toEqual({ rowStep: 5, denseStep: 5, contains: [1, 2, 3, 4], version: 'v5' })
    expect(valuesOf(A)).not.toContain(9)
  })

  it('begins a line anew where a genesis says so', () => {
    model.apply(result({ ...rows(A, 9), ...dense(4) }))
    model.begin()
    expect(model.isTrained).toBe(false)
    expect(model.denseState.dense).toEqual(shop.modelSet.initialDense())
    expect(valuesOf(A)).not.toContain(9)
  })

  it('refuses what another model made', () => {
    expect(() => model.apply(result({ ...rows(A, 1), rowIds: bytesOf(Uint32Array.from([...A, ...B])) }))).toThrow(CorruptError)
    expect(() => model.apply(result({ dense: bytesOf(new Float32Array(3)), denseLength: 3 }))).toThrow('where the declared model has')
    expect(() => model.take({ name: 'v', step: 1, contains: [], dense: new Float32Array(1), table: emptyTable(shop.modelSet) })).toThrow(
      CorruptError,
    )
  })
})
