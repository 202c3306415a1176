import { setImmediate } from 'node:timers/promises'
import { Turns } from './turns'

describe('turns', () => {
  it('lets callers begin in the order in which they came, and one in a turn of the event loop', async () => {
    const turns = new Turns()
    const begun: string[] = []
    const all = ['a', 'b', 'c'].map((name) => turns.next().then(() => begun.push(name)))
    const seen: number[] = []
    while (begun.length < 3) {
      await setImmediate()
      seen.push(begun.length)
    }
    await Promise.all(all)
    expect(begun).toEqual(['a', 'b', 'c'])
    seen.forEach((count, turn) => expect(count - (seen[turn - 1] ?? 0)).toBeLessThanOrEqual(1))
  })

  it('keeps a lone caller waiting for no more than the turn', async () => {
    let isBegun = false
    void new Turns().next().then(() => (isBegun = true))
    await setImmediate()
    await setImmediate()
    expect(isBegun).toBe(true)
  })
})
