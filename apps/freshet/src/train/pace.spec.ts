import { Pace } from './pace'

const observed = (...statuses: [atS: number, lag: number[], examples: number][]): Pace => {
  const pace = new Pace()
  for (const [atS, lag, examples] of statuses) pace.observe({ lag, examples, examplesPerS: 200 }, 1000 * atS)
  return pace
}

describe('how soon nothing is left to learn', () => {
  it('is at once where nothing is behind', () => {
    expect(observed([0, [0, 0], 10]).etaS).toBe(0)
    expect(observed([0, [500], 10], [1, [0], 510]).etaS).toBe(0)
  })

  it('goes by how fast all partitions together get shorter, what arrives meanwhile included', () => {
    // 300 a second are learned, 100 a second arrive: 600 behind take 3 s
    expect(observed([0, [600, 400], 0], [2, [300, 300], 600]).etaS).toBe(3)
  })

  it('goes by what the trainer says of its speed where there was one look', () => {
    expect(observed([0, [600], 0]).etaS).toBe(3)
    const idle = new Pace()
    expect(idle.etaS).toBeUndefined()
    idle.observe({ lag: [600], examples: 0, examplesPerS: 0 }, 0)
    expect(idle.etaS).toBeUndefined()
  })

  it('is never where it gets longer or stands', () => {
    expect(observed([0, [600], 0], [1, [600], 100]).etaS).toBe(Infinity)
    expect(observed([0, [600], 0], [1, [700], 100]).etaS).toBe(Infinity)
  })

  it('forgets what is older than half a minute', () => {
    const slow = Array.from({ length: 10 }, (_, i): [number, number[], number] => [i, [1000 - i], i])
    const fast = Array.from({ length: 32 }, (_, i): [number, number[], number] => [50 + i, [900 - 10 * i], 100 + 10 * i])
    expect(observed(...slow, ...fast).etaS).toBe((900 - 310) / 10)
  })

  it('begins anew where a trainer went back to a version', () => {
    expect(observed([0, [100], 900], [1, [400], 600]).etaS).toBe(2)
    expect(observed([0, [100], 900], [1, [400], 600], [2, [300], 700]).etaS).toBe(3)
  })
})
