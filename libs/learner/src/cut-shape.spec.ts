import fc from 'fast-check'
import { asFed, bagOfSlots, bagsOf, refuseMisfit, shardRanges } from './cut-shape'
import type { StepBatch } from './engine'
import { mixedBatch, mixedModel } from './mixed-model.fixture'

const model = mixedModel()

describe('the logical shards of a cut', () => {
  it('hold every example once, in order, equal to one example, and none is empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 64 }), (count, logicalShards) => {
        const ranges = shardRanges(count, logicalShards)
        const sizes = ranges.map(({ from, to }) => to - from)
        expect(ranges.map(({ from }) => from)).toEqual([0, ...ranges.map(({ to }) => to).slice(0, -1)])
        expect(ranges.at(-1)?.to).toBe(count)
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.max(1, Math.floor(count / logicalShards)))
        expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.ceil(count / logicalShards))
        expect(ranges).toHaveLength(Math.min(count, logicalShards))
        ranges.forEach(({ shard, from }) => expect(from).toBe(Math.floor((shard * count) / logicalShards)))
      }),
    )
  })
})

describe('the bags of a lookup', () => {
  const lookup = { input: 'i', gradient: 'g', table: 't', slots: 6 }

  it('are its slots where it has none, else the runs that it declares', () => {
    expect([bagsOf(lookup), [...bagOfSlots(lookup)]]).toEqual([6, [0, 1, 2, 3, 4, 5]])
    expect([bagsOf({ ...lookup, bags: [1, 3, 2] }), [...bagOfSlots({ ...lookup, bags: [1, 3, 2] })]]).toEqual([3, [0, 1, 1, 1, 2, 2]])
  })
})

describe('a model as a batch to be scored feeds it', () => {
  const wide = { ...model, columns: [...model.columns, { input: 'prices', width: 4, of: 'candidates', isShared: true }] }
  const fed = asFed(wide, { ...mixedBatch(1), ids: { ...mixedBatch(1).ids, candidates: new Uint32Array(14) } })

  it('has as many shared ids as came, and as many of the numbers that go with them', () => {
    expect(fed.lookups.map(({ slots }) => slots)).toEqual([2, 5, 7])
    expect(fed.columns.map(({ input, width }) => [input, width])).toContainEqual(['prices', 7])
  })

  it('keeps what belongs to examples, and what no batch says', () => {
    expect(fed.columns.find(({ input }) => input === 'noise')?.width).toBe(3)
    expect(asFed(wide, { count: 1, ids: {}, columns: {} }).lookups.map(({ slots }) => slots)).toEqual([2, 5, 4])
  })
})

describe('a batch that does not fit its model', () => {
  const changed = (change: Partial<StepBatch>): StepBatch => ({ ...mixedBatch(1), ...change })
  const ids = mixedBatch(1).ids
  const columns = mixedBatch(1).columns

  it.each<[string, Partial<StepBatch>, string]>([
    ['no whole number of examples', { count: 1.5 }, 'count of a batch is 1.5, but a batch holds a whole number of examples, at least 1; give as many as the model declares'], // prettier-ignore
    ['fewer than one', { count: -1 }, 'count of a batch is -1, but a batch holds a whole number of examples, at least 1'],
    ['no number', { count: NaN }, 'count of a batch is NaN'],
    ['half an id', { ids: { ...ids, history: ids.history.subarray(1) } }, 'ids of history of a batch is 99, but 50 ids are pairs of 100 words'], // prettier-ignore
    ['an example’s worth of shared ids too many', { ids: { ...ids, candidates: new Uint32Array(80) } }, 'ids of candidates of a batch is 80, but 4 ids are pairs of 8 words'], // prettier-ignore
    ['a lookup too few', { ids: { user: ids.user, history: ids.history } }, 'ids of candidates of a batch is undefined, but 4 ids are pairs of 8 words'], // prettier-ignore
    ['a float too many', { columns: { ...columns, weights: new Float32Array(11) } }, 'column weights of a batch is 11, but 10 rows of 1 are 10 floats'], // prettier-ignore
    ['a row for each example of what is shared', { columns: { ...columns, temperature: new Float32Array(10) } }, 'column temperature of a batch is 10, but 1 rows of 1 are 1 floats'], // prettier-ignore
  ])('is refused with %s, by name, value and rule', (_, change, message) => {
    expect(() => refuseMisfit(model, changed(change))).toThrow(message)
  })

  it('is taken without what is drawn, and without what nobody reads', () => {
    expect(() => refuseMisfit(model, mixedBatch(1))).not.toThrow()
    const bare = { count: 10, ids: { user: ids.user }, columns: {} }
    expect(() => refuseMisfit(model, bare, (input) => input === 'user')).not.toThrow()
    expect(() => refuseMisfit(model, bare, (input) => input !== 'history')).toThrow('ids of candidates of a batch')
  })
})
