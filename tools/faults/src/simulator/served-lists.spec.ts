import { ExampleItem } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { dictionary, everyDictionary } from './dictionaries'
import { Draws } from './draws'
import { drawImpression, markOf } from './served-lists'

const ITEMS = ['i0', 'i1']
const draws = new Draws(5, 0)
const lists = Array.from({ length: 600 }, () => drawImpression(draws, ITEMS))
const served = lists.filter(({ dictionaryHash }) => dictionaryHash !== '')

describe('lists that were shown', () => {
  it('are mostly served with features, as long as those of the dictionary that they name', () => {
    expect(served.length).toBeGreaterThan(lists.length / 2)
    for (const { dictionaryHash, userIds, items } of served) {
      const { user, item, cross } = (everyDictionary.get(dictionaryHash) ?? dictionary).layout
      expect(userIds).toHaveLength(8 * user.ids)
      for (const { ids, numbers } of items)
        expect([ids.length, numbers.length]).toEqual([8 * (item.ids + cross.ids), 4 * (item.numbers + cross.numbers)])
    }
    expect(new Set(served.map(({ dictionaryHash }) => dictionaryHash)).size).toBe(everyDictionary.size)
  })

  it('hold at most one item that is bad or deadly, and most of them none', () => {
    const marked = served.map(({ items }) => items.map(markOf).filter((mark) => mark !== 'plain'))
    expect(Math.max(...marked.map(({ length }) => length))).toBe(1)
    const [bad, deadly] = ['bad', 'deadly'].map((mark) => marked.flat().filter((each) => each === mark).length)
    expect([bad > deadly, deadly > 0, bad < served.length / 4]).toEqual([true, true, true])
  })

  it('come from elsewhere without features, and what is not served says nothing', () => {
    expect(lists.filter((list) => !served.includes(list)).flatMap(({ items }) => items.map(markOf))).not.toContainEqual(expect.anything())
    expect(markOf(ExampleItem.create({ numbers: bytesOf(Float32Array.of(0.25)) }))).toBeUndefined()
  })
})
