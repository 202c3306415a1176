import { randomUnit } from '@freshet/kernel'
import { interpret, type NumericFeeds } from '@freshet/tensor'
import { declareModelSet, type ModelSet } from './index'
import { mixedLayout, smallDeclaration } from './small-model.fixture'

const { recall } = smallDeclaration
const BATCH = 3

describe('towers with layers of their own', () => {
  const user = {
    layers: [
      { width: 5, activation: 'tanh' as const },
      { width: 3, activation: 'linear' as const },
    ],
  }
  const layered = (more: object): ModelSet => declareModelSet(mixedLayout, { ...smallDeclaration, recall: { ...recall, ...more } })
  const shapesOf = (modelSet: ModelSet, tower: string): (readonly number[])[] =>
    modelSet.parameters.filter(({ name }) => name.startsWith(`recall/${tower}/`) && name.endsWith('weight')).map(({ shape }) => shape)

  it('have those, and a linear one to the vector; the other tower has the layers of both', () => {
    const modelSet = layered({ user })
    expect(shapesOf(modelSet, 'user')).toEqual([
      [6, 5],
      [5, 3],
      [3, 3],
    ])
    expect(shapesOf(modelSet, 'item')).toEqual(shapesOf(declareModelSet(mixedLayout, smallDeclaration), 'item'))
  })

  it('are the towers of the shorthand where they say the same', () => {
    const layers = { layers: [{ width: 3, activation: 'relu' as const }] }
    const [spelled, short] = [layered({ user: layers, item: layers }), declareModelSet(mixedLayout, smallDeclaration)]
    expect(spelled.parameters).toEqual(short.parameters)
    expect(userVectors(spelled)).toEqual(userVectors(short))
  })

  it.each(['tanh', 'linear'] as const)('activate by %s where that is declared', (activation) => {
    const tower = { layers: [{ width: 3, activation }] }
    const vectors = userVectors(layered({ user: tower, item: tower }))
    expect(vectors).toHaveLength(BATCH * recall.width)
    expect(vectors).not.toEqual(userVectors(declareModelSet(mixedLayout, smallDeclaration)))
  })

  it('bend by tanh, and stay straight where layers are linear', () => {
    const tower = (activation: 'tanh' | 'linear') => ({ layers: [{ width: 3, activation }] })
    const [bent, straight] = (['tanh', 'linear'] as const).map((activation) => bendOf(layered({ user: tower(activation) })))
    expect(straight).toBeLessThan(1e-9)
    expect(bent).toBeGreaterThan(1e-3)
  })
})

/** How far the vector in the middle of two feeds is from the middle of their vectors. */
function bendOf(modelSet: ModelSet): number {
  const feeds = userFeeds(modelSet)
  const at = (scale: number): Float64Array =>
    interpret(modelSet.graphs.user, {
      ...feeds,
      numbers: { ...feeds.numbers, data: Array.from(feeds.numbers.data, (value) => value * scale) },
    }).vector.data
  const [low, middle, high] = [at(0), at(1), at(2)]
  return middle.reduce((most, value, i) => Math.max(most, Math.abs(value - (low[i] + high[i]) / 2)), 0)
}

/** The user's part of examples, as their first features: it stands before the others. */
function userFeeds({ rowWidth, parameterCount, initialDense }: ModelSet): NumericFeeds {
  const { ids, numbers } = mixedLayout.user
  const noise = (cells: number, key: number): Float64Array => Float64Array.from({ length: cells }, (_, i) => randomUnit(key, i, 0) - 0.4)
  return {
    dense: { data: Float64Array.from(initialDense()), shape: [parameterCount] },
    rows: { data: noise(BATCH * ids * rowWidth, 1), shape: [BATCH, ids, rowWidth] },
    pooling: { data: new Float64Array(BATCH * ids).fill(0.5), shape: [BATCH, ids] },
    numbers: { data: noise(BATCH * numbers, 2), shape: [BATCH, numbers] },
  }
}

const userVectors = (modelSet: ModelSet): Float64Array => interpret(modelSet.graphs.user, userFeeds(modelSet)).vector.data
