import fc from 'fast-check'
import type { Lookup } from '@freshet/model'
import { bagShard, occurrencesOf, poolRows, spreadGradients, type Bagged } from './plain-occurrences'
import { mixedModel } from './mixed-model.fixture'

const WIDTH = 2
const model = mixedModel()

/** A lookup of one table, ids for some examples (0: none) and a shard of them. */
const stage = fc
  .record({ lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), examples: fc.integer({ min: 1, max: 4 }) })
  .chain(({ lengths, examples }) => {
    const slots = lengths.reduce((a, b) => a + b)
    const ids = fc.array(fc.nat(5), { minLength: slots * examples, maxLength: slots * examples })
    return fc.record({
      lengths: fc.constant(lengths),
      examples: fc.constant(examples),
      ids,
      isBagged: fc.boolean(),
      from: fc.nat(examples - 1),
    })
  })

/** What a shard makes of a stage, and what stands in its bags by hand. */
function shardOf({
  lengths,
  examples,
  ids,
  isBagged,
  from,
}: {
  lengths: number[]
  examples: number
  ids: number[]
  isBagged: boolean
  from: number
}) {
  const slots = lengths.reduce((a, b) => a + b)
  const bags = isBagged ? lengths : new Array<number>(slots).fill(1)
  const lookup: Lookup = { input: 'rows', gradient: 'g', table: 'users', slots, ...(isBagged && { bags: lengths }) }
  const pairs = Uint32Array.from(ids.flatMap((id) => [id, 0]))
  const batch = { count: examples, ids: { rows: pairs }, columns: {} }
  const occurrences = occurrencesOf('users', { ...model, lookups: [lookup] }, { batch, shards: 1 })
  const bagged = bagShard(lookup, occurrences, { shard: 0, nth: 0, from, to: examples })
  const inBags: number[][] = []
  for (let example = from; example < examples; example++) {
    let slot = example * slots
    for (const length of bags) inBags.push(ids.slice(slot, (slot += length)).filter((id) => id !== 0))
  }
  const distinct = Array.from({ length: occurrences.count }, (_, d) => occurrences.ids[2 * d])
  return { bagged, inBags, distinct }
}

/** A value of a row, a whole number, so that sums are exact. */
const valueOf = (id: number, k: number): number => 10 * id + k
const valuesOf = (distinct: readonly number[]): Float32Array =>
  Float32Array.from(distinct.flatMap((id) => [valueOf(id, 0), valueOf(id, 1)]))
const product = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0)

describe('the bags of a shard', () => {
  it('are the means of the rows that stand in them, and zeros where none does', () => {
    fc.assert(
      fc.property(stage, (given) => {
        const { bagged, inBags, distinct } = shardOf(given)
        const expected = inBags.flatMap((ids) =>
          [0, 1].map((k) => (ids.length === 0 ? 0 : ids.reduce((sum, id) => sum + valueOf(id, k), 0) / ids.length)),
        )
        const pooled = poolRows(bagged, valuesOf(distinct), WIDTH)
        expect(pooled).toHaveLength(expected.length)
        pooled.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4))
      }),
    )
  })

  it('give their gradients back to the rows that they are means of: spreading is the transpose of pooling', () => {
    fc.assert(
      fc.property(stage, (given) => {
        const { bagged, distinct } = shardOf(given)
        const gradients = Float32Array.from({ length: bagged.weights.length * WIDTH }, (_, i) => (i % 7) - 3)
        const spread = new Float32Array(distinct.length * WIDTH)
        spreadGradients(bagged, gradients, spread)
        const values = valuesOf(distinct)
        expect(product(spread, values)).toBeCloseTo(product(gradients, poolRows(bagged, values, WIDTH)), 2)
      }),
    )
  })

  it('add to what other shards have given', () => {
    const bagged: Bagged = { index: Uint32Array.of(0, 0), bags: Uint32Array.of(0, 1), weights: Float64Array.of(1, 1) }
    const into = Float32Array.of(100, 200)
    spreadGradients(bagged, Float32Array.of(1, 2, 30, 40), into)
    expect([...into]).toEqual([131, 242])
  })
})

describe('the occurrences of a table', () => {
  it('hold shared ids once a shard, behind those of the lookups before them, and of other tables nothing', () => {
    const ids = { user: Uint32Array.of(1, 0, 2, 0), history: new Uint32Array(10), candidates: Uint32Array.of(7, 0, 8, 0, 7, 0, 9, 0) }
    const batch = { count: 1, ids, columns: {} }
    const items = occurrencesOf('items', model, { batch, shards: 3 })
    expect(items.index).toHaveLength(12)
    expect(items.count).toBe(3)
    expect([...items.index.slice(4, 8)]).toEqual([...items.index.slice(0, 4)])
    const users = occurrencesOf('users', model, { batch, shards: 3 })
    expect([...users.starts.values()]).toEqual([0, 2])
    expect(users.count).toBe(2)
  })
})
