import { compileDictionary } from './dictionary'
import { memoryMs } from './memory'

const TEXT = `
name: shop
events: { view: {} }
joinWindowMs: 1000
user: [{ kind: id, name: user }, { kind: count, name: views, events: [view], windowMs: 5000 }]
item: [{ kind: id, name: item }, { kind: rate, name: rate, of: [view], per: [view], windowMs: 9000 }]`

describe('how far back an event may change what is computed', () => {
  it('is the longest window of users and items', () => {
    expect(memoryMs(compileDictionary(TEXT))).toBe(9000)
  })

  it('is the wait of a list for its labels where that is longer: its window, and as long again unless said', () => {
    expect(memoryMs(compileDictionary(TEXT.replace('joinWindowMs: 1000', 'joinWindowMs: 6000')))).toBe(6000 + 6000 + 2000)
    expect(memoryMs(compileDictionary(TEXT.replace('joinWindowMs: 1000', 'joinWindowMs: 6000\nlateLabelMs: 7000\nlatenessMs: 1')))).toBe(
      13_001,
    )
  })
})
