import { ItemLists } from './item-lists'
import { itemState, NOW_MS, openShop } from './shop.fixture'

describe('the lists that are the same for everybody', () => {
  it('hold popular and new items first, and none that is unavailable', async () => {
    const { index } = await openShop()
    index.upsert('old', itemState({}, 1, 10), NOW_MS)
    index.upsert('loved', itemState({}, 9, 20), NOW_MS)
    index.upsert('new', itemState({}, 0, 30), NOW_MS)
    index.upsert('hidden', { ...itemState({}, 50, 40), unavailable: true }, NOW_MS)
    const { popular, newest } = new ItemLists(index).at(NOW_MS)
    expect([...popular].map((at) => index.idOf(at))).toEqual(['loved', 'old', 'new'])
    expect([...newest].map((at) => index.idOf(at))).toEqual(['new', 'loved', 'old'])
  })

  it('are read again after a second, or at once where a small shop has a new item', async () => {
    const { index } = await openShop()
    const lists = new ItemLists(index)
    index.upsert('a', itemState({}, 1), NOW_MS)
    expect(lists.at(NOW_MS).popular).toHaveLength(1)
    index.upsert('b', itemState({}, 2), NOW_MS)
    expect([...lists.at(NOW_MS).popular]).toEqual([1, 0])
    index.upsert('a', itemState({}, 3), NOW_MS)
    expect([...lists.at(NOW_MS + 999).popular]).toEqual([1, 0])
    expect([...lists.at(NOW_MS + 1000).popular]).toEqual([0, 1])
  })
})
