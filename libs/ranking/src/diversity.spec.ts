import { compileDictionary } from '@freshet/features'
import { declaredDiversity } from './diversity'
import { DICTIONARY_TEXT, itemState, NOW_MS, openShop } from './shop.fixture'

const declaring = (attribute: string): string => `${DICTIONARY_TEXT}\narrange: { diversity: { attribute: ${attribute}, most: 2 } }`

describe('declared diversity', () => {
  it('is none where the dictionary declares none', async () => {
    const { dictionary, index } = await openShop()
    expect(declaredDiversity(dictionary, index)).toBeUndefined()
  })

  it("takes an item's first value as its category; an item without one belongs to none", async () => {
    const { index } = await openShop()
    index.upsert('a', itemState({ genre: 'drama', price: 3, used: false }), NOW_MS)
    index.upsert('b', itemState({}), NOW_MS)
    const categories = ['genre', 'price', 'used'].map((attribute) => {
      const diversity = declaredDiversity(compileDictionary(declaring(attribute)), index)
      return [diversity?.most, diversity?.categoryOf(0), diversity?.categoryOf(1)]
    })
    expect(categories).toEqual([
      [2, 'drama', undefined],
      [2, '3', undefined],
      [2, 'false', undefined],
    ])
  })
})
