import { appendGroup, makeBatch, shapeOf } from './batch'
import { exampleItem, floats, group, layout, words } from './training-room.fixture'

const shape = shapeOf(layout)

describe('a batch', () => {
  it('lays the parts of an example side by side: user, item, cross', () => {
    expect(shape).toMatchObject({ slots: 5, numbers: 2, user: { ids: 1, numbers: 1 } })
    expect(shape.fields.map(({ start, length }) => [start, length])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [4, 1],
    ])
    const batch = makeBatch(shape, 1)
    expect(appendGroup(batch, shape, group(0, { items: [exampleItem(0, 4)] }))).toBe(0)
    expect(batch.count).toBe(1)
    expect(batch.ids.slice(2, 10)).toEqual(new Uint32Array(exampleItem(0, 4).ids.slice().buffer))
    expect(batch.numbers[1]).toBeCloseTo(4 / 9, 6)
  })

  it('pools the filled slots of a field by their mean, and gives empty ones no weight', () => {
    const batch = makeBatch(shape, 2)
    const full = { ...exampleItem(0, 4), ids: words(['item:4', 'genre:1', 'genre:2', '']) }
    appendGroup(batch, shape, group(0, { items: [exampleItem(0, 4), full] }))
    expect([...batch.pooling]).toEqual([1, 1, 1, 0, 1, 1, 1, 0.5, 0.5, 0])
  })

  it('leaves out what could not be drawn', () => {
    const batch = makeBatch(shape, 1)
    expect(appendGroup(batch, shape, group(0, { items: [{ ...exampleItem(0, 1), weight: 0 }] }))).toBe(0)
    expect(batch.count).toBe(0)
  })

  it.each([
    ['ids of another layout', { ids: words(['item:1']) }],
    ['numbers of another layout', { numbers: floats([1, 2]) }],
    ['a number that is not finite', { numbers: floats([NaN]) }],
    ['a label that is not finite', { label: Infinity }],
    ['a negative weight', { weight: -1 }],
  ])('refuses an example with %s, and takes its neighbours', (_, broken) => {
    const batch = makeBatch(shape, 3)
    const items = [exampleItem(0, 1), { ...exampleItem(0, 2), ...broken }, exampleItem(0, 3)]
    expect(appendGroup(batch, shape, group(0, { items }))).toBe(1)
    expect(batch.count).toBe(2)
    expect(batch.numbers[3]).toBeCloseTo(3 / 9, 6)
  })

  it('refuses a group whose user part has another layout', () => {
    const batch = makeBatch(shape, 3)
    expect(appendGroup(batch, shape, group(0, { userIds: words([]) }))).toBe(3)
    expect(batch.count).toBe(0)
  })
})
