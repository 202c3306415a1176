import type { FeatureLayout, PartLayout } from '@freshet/features'
import { interpret, type Feed } from '@freshet/tensor'
import { carryDense, declareModelSet, modelSetOf, type ModelSet } from './index'
import { mixedLayout, scoringFeeds, smallDeclaration, smallRanks, trainingFeeds } from './small-model.fixture'

const before = declareModelSet(mixedLayout, smallDeclaration)
const BATCH = 3

/** A part with a field of one slot before its fields, and a number before its numbers. */
const grown = ({ fields, ids, numbers, numberNames }: PartLayout): PartLayout => ({
  fields: [{ name: 'new', start: 0, length: 1 }, ...fields.map((field) => ({ ...field, start: field.start + 1 }))],
  ids: ids + 1,
  numbers: numbers + 1,
  numberNames: ['new', ...numberNames],
})

const grownLayout: FeatureLayout = { user: grown(mixedLayout.user), item: grown(mixedLayout.item), cross: grown(mixedLayout.cross) }
const after = declareModelSet(grownLayout, smallDeclaration)

const carried = (from: ModelSet, to: ModelSet, flat: Float32Array, born = to.initialDense()): Float32Array =>
  carryDense({ from: from.parameters, to: to.parameters, born }, flat)

/** Other examples of the grown layout: what is new is filled with anything. */
const grownFeeds = (feeds: Readonly<Record<string, Feed>>, dense: Float32Array): Record<string, Feed> =>
  grownFeedsOf({ from: before, to: after }, feeds, dense)

function grownFeedsOf(
  { from, to }: { from: ModelSet; to: ModelSet },
  feeds: Readonly<Record<string, Feed>>,
  dense: Float32Array,
): Record<string, Feed> {
  const wider = scoringFeeds(to, grownLayout, BATCH)
  copyParts(feeds.rows.data, wider.rows.data, { width: from.rowWidth, sizes: sizesOf('ids') })
  copyParts(feeds.pooling.data, wider.pooling.data, { width: 1, sizes: sizesOf('ids') })
  copyParts(feeds.numbers.data, wider.numbers.data, { width: 1, sizes: sizesOf('numbers') })
  newSlots(to).forEach((slot) => (wider.rows.data[slot * to.rowWidth + to.rankWidth - 1] = 0)) // wide weights are born so
  return { ...wider, dense: denseFeed(dense) }
}

const denseFeed = (data: Float32Array): Feed => ({ data, shape: [data.length] })

/** The slots of the new features, of all examples. */
function newSlots({ slots }: ModelSet): number[] {
  const [user, item] = sizesOf('ids')
  return Array.from({ length: BATCH }, (_, b) => b * slots).flatMap((at) => [at, at + 1 + user, at + 2 + user + item])
}

const sizesOf = (of: 'ids' | 'numbers'): number[] => [mixedLayout.user[of], mixedLayout.item[of], mixedLayout.cross[of]]

/** Each part goes one place further than the one before it: behind its own new feature. */
function copyParts(from: Feed['data'], to: Feed['data'], { width, sizes }: { width: number; sizes: readonly number[] }): void {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  for (let b = 0; b < BATCH; b++) {
    let start = 0
    sizes.forEach((size, part) => {
      const at = (b * (all + sizes.length) + start + part + 1) * width
      for (let k = 0; k < size * width; k++) to[at + k] = from[(b * all + start) * width + k]
      start += size
    })
  }
}

describe('dense parameters over a change of the features', () => {
  const feeds = scoringFeeds(before, mixedLayout, BATCH)
  const learned = feeds.dense.data as Float32Array

  it('give every example the score that it had, whatever the added features say', () => {
    const expected = interpret(before.graphs.rank, feeds).probabilities.data
    const actual = interpret(after.graphs.rank, grownFeeds(feeds, carried(before, after, learned))).probabilities.data
    actual.forEach((score, b) => expect(score).toBeCloseTo(expected[b], 6))
    expect(new Set(expected).size).toBe(BATCH)
  })

  it('come back as they were when what was added is taken away again', () => {
    expect(carried(after, before, carried(before, after, learned))).toEqual(learned)
  })

  it('are carried to where a feature stands now, by its name and its part', () => {
    const [user0, user1] = mixedLayout.user.fields
    const turned: FeatureLayout = {
      ...mixedLayout,
      user: {
        ...mixedLayout.user,
        fields: [
          { ...user1, start: 0 },
          { ...user0, start: 3 },
        ],
        numberNames: ['user1', 'user0'],
      },
    }
    const moved = carried(before, declareModelSet(turned, smallDeclaration), learned)
    const { hidden } = smallDeclaration.rank
    const row = (flat: Float32Array, at: number): number[] => [...flat.subarray(at * hidden[0], (at + 1) * hidden[0])]
    const { dimensions } = smallDeclaration.rank
    expect(row(moved, 0)).toEqual(row(learned, dimensions))
    expect(row(moved, dimensions)).toEqual(row(learned, 0))
  })

  it('begin at zero in rows that read a new feature, and so do those of an optimiser', () => {
    const slots = carried(
      before,
      after,
      learned.map(() => 1),
      new Float32Array(after.parameterCount),
    )
    expect(slots.filter((value) => value === 0)).toHaveLength(after.parameterCount - before.parameterCount)
    const first = after.parameters.find(({ name }) => name === 'rank/deep/0/weight')
    const width = (first?.shape[1] ?? 0) * smallDeclaration.rank.dimensions
    expect([...carried(before, after, learned).subarray(0, width)]).toEqual(new Array<number>(width).fill(0)) // user.new
  })

  it('begin as they are born where nothing of that name was there', () => {
    const bare: FeatureLayout = { ...mixedLayout, cross: { fields: [], ids: 0, numbers: 0, numberNames: [] } }
    const none = (part: PartLayout): PartLayout => ({ ...part, numbers: 0, numberNames: [] })
    const without = declareModelSet({ user: none(bare.user), item: none(bare.item), cross: bare.cross }, smallDeclaration)
    const wide = before.parameters.find(({ name }) => name === 'rank/wide')
    const born = before.initialDense().fill(0.25)
    const grownFrom = carried(without, before, without.initialDense(), born)
    expect(grownFrom.subarray(wide?.offset, (wide?.offset ?? 0) + before.numbers)).toEqual(born.subarray(0, before.numbers))
  })
})

describe.each(smallRanks)('dense parameters of %s over a change of the features', (name, rank) => {
  const [old, grownSet] = [mixedLayout, grownLayout].map((layout) => declareModelSet(layout, { ...smallDeclaration, rank }))
  const feeds = scoringFeeds(old, mixedLayout, BATCH)
  const learned = feeds.dense.data as Float32Array

  it('give every example the score that it had', () => {
    const expected = interpret(old.graphs.rank, feeds).probabilities.data
    const wider = grownFeedsOf({ from: old, to: grownSet }, feeds, carried(old, grownSet, learned))
    // a factorisation machine multiplies rows by rows, with no parameter between them: what a new row is born with does count there
    if (name === 'DeepFM')
      for (const slot of newSlots(grownSet)) wider.rows.data.fill(0, slot * grownSet.rowWidth, (slot + 1) * grownSet.rowWidth)
    const actual = interpret(grownSet.graphs.rank, wider).probabilities.data
    actual.forEach((score, b) => expect(score).toBeCloseTo(expected[b], 6))
    expect(new Set(expected).size).toBe(BATCH)
  })

  it('come back as they were when what was added is taken away again', () => {
    expect(carried(grownSet, old, carried(old, grownSet, learned))).toEqual(learned)
  })

  it('learn at once of what was added: its gradient is not zero', () => {
    const dense = carried(old, grownSet, learned)
    const { data } = interpret(grownSet.learned.gradient, {
      ...trainingFeeds(grownSet, grownLayout, BATCH),
      dense: denseFeed(dense),
    }).denseGradient
    const isKnown = carried(
      old,
      grownSet,
      learned.map(() => 1),
    )
    expect([...data].some((value, i) => isKnown[i] === 0 && value !== 0)).toBe(true)
  })
})

describe('a model set by its canonical text', () => {
  it('is the one that was declared', () => {
    const read = modelSetOf(after.canonical)
    expect(read.canonical).toBe(after.canonical)
    expect(read.parameters).toEqual(after.parameters)
    expect(read.layout).toEqual(grownLayout)
  })
})
