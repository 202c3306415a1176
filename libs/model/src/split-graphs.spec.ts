import type { FeatureLayout, ModelDeclaration } from '@freshet/features'
import { interpret } from '@freshet/tensor'
import { declareModelSet } from './index'
import { mixedLayout, plainLayout, smallDeclaration, smallRanks } from './small-model.fixture'
import { examplesOfOneUser, firstRow, itemFeeds, partFeeds } from './split-feeds.fixture'

const empty = { fields: [], ids: 0, numbers: 0, numberNames: [] }
const numbersOnly = { ...empty, numbers: 2, numberNames: ['a', 'b'] }
const { rank } = smallDeclaration
const cases: [name: string, layout: FeatureLayout, model: ModelDeclaration][] = [
  ['fields of one slot and of several', mixedLayout, smallDeclaration],
  ['nothing that user and item have in common', plainLayout, smallDeclaration],
  ['numbers alone on the user’s side', { ...mixedLayout, user: numbersOnly }, smallDeclaration],
  ['numbers alone on the item’s side', { ...mixedLayout, item: numbersOnly }, smallDeclaration],
  ['numbers alone in common', { ...plainLayout, cross: numbersOnly }, smallDeclaration],
  ['no hidden layer', mixedLayout, { ...smallDeclaration, rank: { ...rank, hidden: [] } }],
  ['three hidden layers', mixedLayout, { ...smallDeclaration, rank: { ...rank, hidden: [5, 4, 3] } }],
]
const BATCH = 7

const kinds = smallRanks.flatMap(([kind, ranked]) =>
  cases.slice(0, 5).map(([name, layout, model]): (typeof cases)[number] => [`${name}, as ${kind}`, layout, { ...model, rank: ranked }]),
)

describe.each([...cases, ...kinds])('a rank graph in parts, with %s', (_, layout, model) => {
  const modelSet = declareModelSet(layout, model)
  const whole = examplesOfOneUser(modelSet, layout, BATCH)

  it('scores every item of a user as the whole graph scores the whole example', () => {
    const expected = interpret(modelSet.graphs.rank, whole).probabilities.data
    const actual = interpret(modelSet.graphs.rankParts, partFeeds(modelSet, layout, whole)).probabilities.data
    expect(actual).toHaveLength(BATCH)
    actual.forEach((score, b) => expect(score).toBeCloseTo(expected[b], 6))
    expect(new Set(expected).size).toBe(BATCH)
  })

  it('gives an item the same part, whoever stands beside it', () => {
    const { rankItem } = modelSet.graphs
    const feeds = itemFeeds(modelSet, layout, whole)
    const together = interpret(rankItem, feeds).part
    expect(together.shape).toEqual([BATCH, modelSet.partWidth])
    const alone = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, name === 'dense' ? feed : firstRow(feed)]))
    expect([...interpret(rankItem, alone).part.data]).toEqual([...together.data.subarray(0, modelSet.partWidth)])
  })
})

describe('what is kept of an item', () => {
  const kept = smallRanks.map(([name, ranked]) => {
    const { serving, partWidth } = declareModelSet(mixedLayout, { ...smallDeclaration, rank: ranked })
    return [name, serving, partWidth]
  })

  it('is its part of the first layer where that is a sum of parts, with its sum of embeddings where they are multiplied', () => {
    expect(kept.slice(0, 2)).toEqual([
      ['Wide & Deep', 'parts', 4 + 1],
      ['DeepFM', 'parts', 4 + 1 + 3],
    ])
  })

  it('is else the mean of each field’s rows, and its numbers', () => {
    const means = 3 * (2 + 1) + 1
    expect(kept.slice(2).map(([, serving, partWidth]) => [serving, partWidth])).toEqual(kept.slice(2).map(() => ['whole', means]))
  })
})

describe('the width of what ranking reads', () => {
  it('is the embedding and the wide weight of a row, and the units and the wide logit of a part', () => {
    const { rowWidth, rankWidth, partWidth } = declareModelSet(mixedLayout, smallDeclaration)
    expect({ rowWidth, rankWidth, partWidth }).toEqual({ rowWidth: 7, rankWidth: 4, partWidth: 5 })
  })
})
