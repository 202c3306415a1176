import { ItemState, Window } from '@freshet/contracts'
import { compileDictionary } from '@freshet/features'
import { popularityMeter } from './popularity'
import { DICTIONARY_TEXT } from './shop.fixture'

const dictionary = compileDictionary(DICTIONARY_TEXT) // item_views: 8 buckets of 10 s
const item = (buckets: number[], counts: number[]): ItemState =>
  ItemState.create({ events: 99, windows: { item_views: Window.create({ buckets, counts }) } })

describe('popularity', () => {
  const measure = popularityMeter(dictionary)

  it('counts what the windows hold at this moment', () => {
    const state = item([10, 13, 17], [4, 2, 1])
    expect([170_000, 180_000, 210_000, 250_000].map((nowMs) => measure(state, nowMs).popular)).toEqual([7, 3, 1, 0])
  })

  it('trends where the newest quarter holds more than a quarter', () => {
    const steady = measure(item([10, 12, 14, 16], [5, 5, 5, 5]), 170_000)
    const rising = measure(item([10, 16, 17], [5, 5, 10]), 170_000)
    const fading = measure(item([10, 11], [10, 10]), 170_000)
    expect(steady.trending).toBeCloseTo(0, 9)
    expect(rising.trending).toBeGreaterThan(steady.trending)
    expect(fading.trending).toBeLessThan(steady.trending)
  })

  it('is all events ever where the dictionary counts no window', () => {
    const plain = popularityMeter(compileDictionary(DICTIONARY_TEXT.replace(/ {2}- \{ name: item_views.*\n/, '')))
    expect(plain(item([17], [3]), 170_000)).toEqual({ popular: 99, trending: 0 })
  })
})
