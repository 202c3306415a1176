import { WaitingImpression } from '@freshet/contracts'
import { CorruptError } from '@freshet/kernel'
import { WaitingImpressions, waitingKey } from './waiting-impressions'

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
})
