import { WaitingClick } from '@freshet/contracts'
import { HeldClicks } from './held-clicks'

const click = (requestId: string, sourceOffset: number): WaitingClick =>
  WaitingClick.create({ requestId, itemId: 'i', type: 'click', sourceOffset, timeMs: sourceOffset, dueMs: sourceOffset + 100 })

describe('held clicks', () => {
  it('are released to their list in the order in which they came, once', () => {
    const held = new HeldClicks()
    for (const each of [click('a', 1), click('b', 2), click('a', 3)]) held.hold(each)
    expect(held.release('a').map(({ sourceOffset }) => sourceOffset)).toEqual([1, 3])
    expect(held.release('a')).toEqual([])
    expect(held.expire(Infinity).map(({ requestId }) => requestId)).toEqual(['b'])
  })

  it('end by themselves when they have waited long enough', () => {
    const held = new HeldClicks()
    held.hold(click('a', 1))
    expect(held.expire(100)).toEqual([])
    expect(held.expire(101)).toEqual([click('a', 1)])
    expect(held.expire(Infinity)).toEqual([])
  })

  it('end in the order of their times, whatever the order in which they came', () => {
    const held = new HeldClicks()
    const [slow, quick] = [click('a', 1), { ...click('b', 2), dueMs: 50 }]
    for (const each of [slow, quick]) held.hold(each)
    expect(held.expire(Infinity)).toEqual([quick, slow])
  })

  it('are held again after a restart, unless they had left', () => {
    const before = new HeldClicks()
    before.hold(click('a', 1))
    before.hold(click('b', 2))
    const stored = new Map(before.puts().map(({ key, value }) => [key, value]))
    before.release('a')
    for (const { key, value } of before.puts()) stored.set(key, value)
    const after = new HeldClicks()
    for (const value of stored.values()) if (value) after.restore(value)
    expect(after.expire(Infinity)).toEqual([click('b', 2)])
  })
})
