import { Impression, ImpressionItem, WaitingImpression } from '@freshet/contracts'
import { CorruptError } from '@freshet/kernel'
import { ITEMS_A_TICK, WaitingImpressions, waitingKey } from './waiting-impressions'

const list = (requestId: string, timeMs: number): WaitingImpression =>
  WaitingImpression.create({ requestId, userId: 'u', timeMs, sourceOffset: timeMs, joined: [0], dueMs: timeMs + 100 })

describe('waiting lists', () => {
  it('wait until their window closes, and leave in the order of their deadlines', () => {
    const waiting = new WaitingImpressions(10)
    waiting.add(list('b', 20))
    waiting.add(list('a', 10))
    expect(waiting.due(110)).toEqual(['a'])
    expect(waiting.expire(119, 0).map(({ requestId }) => requestId)).toEqual(['a'])
    expect([waiting.has('a'), waiting.has('b'), waiting.size]).toEqual([false, true, 1])
    expect(waiting.get('a')).toBeUndefined()
  })

  it('are stored when they come, when something joins and when they leave, and otherwise not', () => {
    const waiting = new WaitingImpressions(10)
    waiting.add(list('a', 10))
    expect(waiting.puts().map(({ key }) => key)).toEqual([waitingKey('a')])
    expect(waiting.puts()).toEqual([])
    waiting.touch('a')
    expect(waiting.puts()).toHaveLength(1)
    waiting.expire(Infinity, 50)
    expect(waiting.puts()).toEqual([{ key: waitingKey('a'), value: null }])
  })

  it('are let go from memory when stored, oldest first, and asked for when they are needed again', () => {
    const waiting = new WaitingImpressions(1)
    waiting.add(list('a', 10))
    waiting.add(list('b', 20))
    const stored = new Map(waiting.puts().map(({ key, value }) => [key, value]))
    expect(waiting.missing(['a', 'b', 'a', 'unknown'])).toEqual(['a'])
    expect(() => waiting.get('a')).toThrow(CorruptError)
    waiting.supply(stored.get(waitingKey('a')) ?? new Uint8Array(0))
    expect(waiting.get('a')).toMatchObject({ requestId: 'a', timeMs: 10 })
  })

  it('wait again after a restart', () => {
    const before = new WaitingImpressions(10)
    before.add(list('a', 10))
    const after = new WaitingImpressions(10)
    for (const { value } of before.puts()) if (value) after.restore(value)
    expect(after.due(110)).toEqual(['a'])
    expect(after.puts()).toEqual([])
  })

  it('are closed by several ticks where one has too many to close, in the same order', () => {
    const items = Array.from({ length: 500 }, () => ImpressionItem.create({}))
    const impression = Impression.create({ items })
    const count = Math.ceil((2 * ITEMS_A_TICK) / items.length)
    const waiting = new WaitingImpressions(count)
    for (let i = 0; i < count; i++) waiting.add({ ...list(`r${i}`, i), impression })
    const closed: string[] = []
    const crowded: boolean[] = []
    for (let before = -1; closed.length > before;) {
      before = closed.length
      crowded.push(waiting.isCrowded(Infinity))
      const due = waiting.due(1_000_000)
      const ended = waiting.expire(1_000_000, 0).map(({ requestId }) => requestId)
      expect(due).toEqual(ended)
      closed.push(...ended)
    }
    expect(crowded).toEqual([true, true, false, false].slice(0, crowded.length))
    expect(closed).toEqual(Array.from({ length: count }, (_, i) => `r${i}`))
  })
})
