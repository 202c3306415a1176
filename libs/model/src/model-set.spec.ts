import { input, interpret } from '@freshet/tensor'
import { declareModelSet, type ModelSet } from './index'
import { mixedLayout, partFeeds, plainLayout, smallDeclaration } from './small-model.fixture'

const layouts = { mixed: mixedLayout, plain: plainLayout }
const { recall } = smallDeclaration
const BATCH = 5

describe('the towers', () => {
  const modelSet = declareModelSet(mixedLayout, smallDeclaration)

  it('give vectors of the declared width, the last element of a user being 1', () => {
    const users = towerVectors(modelSet, 'user', 'mixed')
    expect(users).toHaveLength(5 * recall.width)
    for (let i = 0; i < 5; i++) expect(users[i * recall.width + recall.width - 1]).toBe(1)
  })

  it('let an id alone make an item popular: its bias moves the last element, and nothing else', () => {
    const { item } = modelSet.graphs
    const feeds = partFeeds(modelSet, mixedLayout, { tower: 'item', batch: BATCH })
    const before = interpret(item, feeds).vector.data
    const rows = feeds.rows.data.slice()
    rows[modelSet.rowWidth - 1] += 2 // the bias of the first id of the first item
    const after = interpret(item, { ...feeds, rows: { ...feeds.rows, data: rows } }).vector.data
    const moved = after.map((value, i) => value - before[i])
    expect(moved[recall.width - 1]).toBeCloseTo(2, 6)
    expect([...moved].filter((value) => value !== 0)).toHaveLength(1)
  })

  it('divide a direction by the temperature, and leave popularity alone', () => {
    const warm = declareModelSet(mixedLayout, { ...smallDeclaration, recall: { ...recall, temperature: 1 } })
    const [cold, warmer] = [towerVectors(modelSet, 'user', 'mixed'), towerVectors(warm, 'user', 'mixed')]
    cold.forEach((value, i) => expect(value).toBeCloseTo(i % recall.width === recall.width - 1 ? 1 : warmer[i] / recall.temperature, 6))
  })

  it('normalise directions where that is declared', () => {
    const normalised = declareModelSet(mixedLayout, { ...smallDeclaration, recall: { ...recall, temperature: 1, normalise: true } })
    for (const tower of ['user', 'item'] as const) {
      const vectors = towerVectors(normalised, tower, 'mixed')
      const squares = vectors.subarray(0, recall.width - 1).reduce((sum, value) => sum + value * value, 0)
      expect(squares).toBeCloseTo(1, 6)
    }
  })
})

describe('declareModelSet', () => {
  const modelSet = declareModelSet(mixedLayout, smallDeclaration)

  it('adds up segments to rows, fields to slots and parameters to the flat state', () => {
    expect(modelSet).toMatchObject({ rowWidth: 7, segments: [3, 1, 2, 1], slots: 4 + 4 + 3, numbers: 2 + 1 + 1 })
    expect(modelSet.rowScales).toHaveLength(modelSet.segments.length)
    expect(modelSet.rowScales[1]).toBe(0)
    const last = modelSet.parameters[modelSet.parameters.length - 1]
    expect(last.offset + last.shape.reduce((a, b) => a * b, 1)).toBe(modelSet.parameterCount)
  })

  it('says what rows are given up by, and refuses a bound that does not hold the ids of one example', () => {
    const within = (memoryBytes: number) => declareModelSet(mixedLayout, { ...smallDeclaration, expireAfterSteps: 9, memoryBytes })
    expect([modelSet.memory, within(1e6).memory]).toEqual([{}, { expireAfterSteps: 9, memoryBytes: 1e6 }])
    const refused = /^model.memoryBytes is 1000, but one example has 11 ids, and their rows take (\d+); declare room for all ids/
    expect(() => within(1000)).toThrow(refused)
    const least = Number(refused.exec(messageOf(() => within(1000)))?.[1])
    expect(within(least).memory.memoryBytes).toBe(least)
    expect(() => within(least - 1)).toThrow('11 ids')
  })

  it('writes equal declarations as equal texts, whatever the order of their keys', () => {
    const { seed, ...rest } = smallDeclaration
    expect(declareModelSet(mixedLayout, { ...rest, seed }).canonical).toBe(modelSet.canonical)
    expect(declareModelSet(mixedLayout, { ...smallDeclaration, seed: 8 }).canonical).not.toBe(modelSet.canonical)
    expect(declareModelSet(plainLayout, smallDeclaration).canonical).not.toBe(modelSet.canonical)
    expect(JSON.parse(modelSet.canonical)).toEqual({ layout: mixedLayout, model: smallDeclaration })
  })

  it('refuses vectors without room for a direction', () => {
    const narrow = { ...smallDeclaration, recall: { ...recall, width: 1 } }
    expect(() => declareModelSet(mixedLayout, narrow)).toThrow('model.recall.width is 1, but a vector holds a direction')
  })

  it('refuses a tower that has nothing to read', () => {
    const nothing = { fields: [], ids: 0, numbers: 0, numberNames: [] }
    expect(() => declareModelSet({ ...mixedLayout, item: nothing }, smallDeclaration)).toThrow(
      "item is '[]', but the item tower has to read something; declare a feature under item",
    )
  })

  it('takes a part that has numbers and no ids, or ids and no numbers', () => {
    const numbersOnly = { fields: [], ids: 0, numbers: 2, numberNames: ['a', 'b'] }
    const { graphs } = declareModelSet({ ...plainLayout, user: numbersOnly }, smallDeclaration)
    expect(graphs.user.outputs.vector.shape).toEqual(['B', recall.width])
    expect(graphs.rank.inputs).toContainEqual(input('rows', ['B', 2, 7]))
  })
})

const towerVectors = (modelSet: ModelSet, tower: 'user' | 'item', name: keyof typeof layouts): Float64Array =>
  interpret(modelSet.graphs[tower], partFeeds(modelSet, layouts[name], { tower, batch: BATCH })).vector.data

function messageOf(refused: () => unknown): string {
  try {
    refused()
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
  }
  return ''
}
