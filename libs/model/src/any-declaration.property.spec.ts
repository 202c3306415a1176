import fc from 'fast-check'
import type { FeatureLayout, ModelDeclaration, PartLayout } from '@freshet/features'
import { randomUnit } from '@freshet/kernel'
import { add, interpret, type Feed, type GraphSpec } from '@freshet/tensor'
import { declareModelSet, modelSetOf, type ModelSet } from './index'
import { smallDeclaration, trainingFeeds } from './small-model.fixture'
import { examplesOfOneUser, partFeeds } from './split-feeds.fixture'

/** A part of some fields, each of some slots, and some numbers. */
const part = (name: string, least: number): fc.Arbitrary<PartLayout> =>
  fc
    .record({ lengths: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), numbers: fc.nat(2) })
    .filter(({ lengths, numbers }) => lengths.length + numbers >= least)
    .map(({ lengths, numbers }) => {
      const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0))
      return {
        fields: lengths.map((length, i) => ({ name: `${name}.${i}`, start: starts[i], length })),
        ids: lengths.reduce((sum, length) => sum + length, 0),
        ...{ numbers, numberNames: Array.from({ length: numbers }, (_, i) => `${name}.n${i}`) },
      }
    })

const layouts: fc.Arbitrary<FeatureLayout> = fc.record({ user: part('user', 1), item: part('item', 1), cross: part('cross', 0) })
const widths = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 })
const tower = fc.option(
  fc.record({ layers: fc.array(fc.record({ width: fc.integer({ min: 1, max: 3 }), activation: fc.constantFrom('relu' as const, 'tanh' as const) }), { maxLength: 2 }) }), // prettier-ignore
  { nil: undefined },
)
const common = { dimensions: fc.integer({ min: 1, max: 3 }), hidden: widths }
const rank: fc.Arbitrary<ModelDeclaration['rank']> = fc.oneof(
  fc.record(common),
  fc.record({ ...common, kind: fc.constant('deepfm' as const) }),
  fc.record({
    ...{ ...common, kind: fc.constant('dcn-v2' as const), crossLayers: fc.integer({ min: 1, max: 2 }) },
    ...{ crossRank: fc.option(fc.constant(1), { nil: undefined }), structure: fc.constantFrom('stacked' as const, 'parallel' as const) },
  }),
)
const recall: fc.Arbitrary<ModelDeclaration['recall']> = fc.record({
  ...{ ...common, user: tower, item: tower, width: fc.integer({ min: 2, max: 4 }), normalise: fc.boolean() },
  temperature: fc.constantFrom(1, 0.5),
})
const declared = fc.record({ layout: layouts, rank, recall })
const setOf = ({ layout, ...models }: { layout: FeatureLayout } & Pick<ModelDeclaration, 'rank' | 'recall'>): ModelSet =>
  declareModelSet(layout, { ...smallDeclaration, ...models })

const BATCH = 4
const RUNS = { numRuns: 15, seed: 1 } // differences have an error: what they are held to is chosen once

describe('of any layout and any declaration, a model set', () => {
  it('scores by parts what it scores by whole examples', () => {
    fc.assert(
      fc.property(declared, (given) => {
        const modelSet = setOf(given)
        const whole = examplesOfOneUser(modelSet, given.layout, BATCH)
        const expected = interpret(modelSet.graphs.rank, whole).probabilities.data
        const inParts = interpret(modelSet.graphs.rankParts, partFeeds(modelSet, given.layout, whole)).probabilities.data
        inParts.forEach((score, b) => expect(score).toBeCloseTo(expected[b], 6))
      }),
      RUNS,
    )
  })

  it('has gradients that say how its losses change along any direction', () => {
    fc.assert(
      fc.property(declared, (given) => {
        const modelSet = setOf(given)
        const { gradient } = modelSet.learned
        const feeds = trainingFeeds(modelSet, given.layout, BATCH)
        const result = interpret(gradient, feeds)
        const learned = { dense: result.denseGradient.data, rows: result.rowGradients.data }
        for (const [by, data] of Object.entries(learned)) {
          const along = data.map((_, i) => 2 * randomUnit(3, i, 7) - 1)
          const slope = data.reduce((sum, value, i) => sum + value * along[i], 0)
          expect(Math.abs(slope - slopeOf(gradient, feeds, { by, along }))).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)))
        }
      }),
      RUNS,
    )
  })

  it('has every float of its dense state in one parameter, and is spelt so that it can be read again', () => {
    fc.assert(
      fc.property(declared, (given) => {
        const modelSet = setOf(given)
        let end = 0
        for (const { offset, shape } of modelSet.parameters) {
          expect(offset).toBe(end)
          end += shape.reduce((cells, length) => cells * length, 1)
        }
        expect([end, modelSet.initialDense().length]).toEqual([modelSet.parameterCount, modelSet.parameterCount])
        expect(new Set(modelSet.parameters.map(({ name }) => name)).size).toBe(modelSet.parameters.length)
        expect(modelSetOf(modelSet.canonical).canonical).toBe(modelSet.canonical)
      }),
      RUNS,
    )
  })
})

/** The central difference of both losses along a direction. */
function slopeOf(gradient: GraphSpec, feeds: Readonly<Record<string, Feed>>, { by, along }: { by: string; along: Float64Array }): number {
  const spec = { ...gradient, outputs: { loss: add(gradient.outputs.rankLoss, gradient.outputs.recallLoss) } }
  const at = (h: number): number => {
    const { data, shape } = feeds[by]
    return interpret(spec, { ...feeds, [by]: { data: along.map((step, i) => data[i] + h * step), shape } }).loss.data[0]
  }
  return (at(1e-6) - at(-1e-6)) / 2e-6
}
