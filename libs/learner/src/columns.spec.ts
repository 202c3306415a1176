import { drawColumn } from './columns'

const column = { input: 'dropout', width: 3, isDrawn: true }
const drawn = (from: number, examples: number, key = { seed: 1, step: 1 }): number[] => {
  const out = new Float32Array(examples * 3)
  drawColumn(column, key, { out, from })
  return [...out]
}

describe('a drawn column', () => {
  it('is the same for an example whichever part of the cut is drawn with it', () => {
    expect([...drawn(0, 4), ...drawn(4, 6)]).toEqual(drawn(0, 10))
  })

  it('is another in another step, under another seed and in another column', () => {
    const others = [drawn(0, 5, { seed: 1, step: 2 }), drawn(0, 5, { seed: 2, step: 1 })]
    const out = new Float32Array(15)
    drawColumn({ ...column, input: 'noise' }, { seed: 1, step: 1 }, { out, from: 0 })
    for (const other of [...others, [...out]]) expect(other).not.toEqual(drawn(0, 5))
  })

  it('lies in [0, 1), and is spread over all of it', () => {
    const numbers = drawn(0, 4000)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
    expect(numbers.every((x) => Number.isInteger(x * 2 ** 24))).toBe(true)
    expect(numbers.reduce((sum, x) => sum + x) / numbers.length).toBeCloseTo(0.5, 1)
    expect(numbers.filter((x) => x < 0.1).length / numbers.length).toBeCloseTo(0.1, 1)
  })
})
