import { encoded, Event, Impression, ImpressionItem } from '@freshet/contracts'
import { batchLength, fitting } from './impression-weight'

const listOf = (count: number, numbers: number): Event => {
  const items = Array.from({ length: count }, (_, i) =>
    ImpressionItem.create({ itemId: `item-${i}`, numbers: new Uint8Array(4 * numbers) }),
  )
  return Event.create({ eventId: 'e', impression: Impression.create({ dictionaryHash: 'd', userNumbers: new Uint8Array(64), items }) })
}
const MEBIBYTE = 1 << 20

describe('the weight of impressions', () => {
  it('leaves a list as it is that ingest takes', () => {
    const list = listOf(500, 400)
    expect(fitting(list, MEBIBYTE)).toBe(list)
    const bare = Event.create({ eventId: 'no list' })
    expect(fitting(bare, 1024)).toBe(bare)
  })

  it('takes the features from a list that neither a record nor a message holds, and nothing else', () => {
    for (const [list, bytesMax] of [
      [listOf(500, 768), 4 * MEBIBYTE],
      [listOf(200, 100), 64 << 10],
    ] as const) {
      const sent = fitting(list, bytesMax)
      expect(encoded(Event, sent).length).toBeLessThan(Math.min(bytesMax, MEBIBYTE))
      expect(sent.impression).toMatchObject({ dictionaryHash: '', userNumbers: new Uint8Array(0) })
      expect(sent.impression?.items.map(({ itemId }) => itemId)).toEqual(list.impression?.items.map(({ itemId }) => itemId))
    }
  })

  it('keeps batches below half of a message, of one list at least', () => {
    const lists = Array.from({ length: 100 }, () => listOf(10, 100))
    expect(batchLength(lists, MEBIBYTE)).toBe(64)
    expect(batchLength(lists, 64 << 10)).toBe(6)
    expect(batchLength(lists, 1024)).toBe(1)
    expect(batchLength([], 1024)).toBe(0)
  })
})
