import { Popularity } from './popularity'

const all = (): boolean => true

describe('popularity', () => {
  const popularity = new Popularity()
  for (const itemId of ['b', 'a', 'a', 'c', 'c', 'd']) popularity.count(itemId)

  it('places what most have liked first, ties by who came first', () => {
    expect(['a', 'c', 'b', 'd'].map((itemId) => popularity.placeOf(itemId, all))).toEqual([0, 1, 2, 3])
  })

  it('counts candidates alone', () => {
    expect(popularity.placeOf('d', (itemId) => itemId !== 'a')).toBe(2)
  })

  it('does not list what nobody has liked', () => {
    expect(popularity.placeOf('z', all)).toBe(-1)
    expect(popularity.of('z')).toBe(0)
  })
})
