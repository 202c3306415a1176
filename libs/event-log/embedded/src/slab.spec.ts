import { slabBytes } from './slab'

describe('bytes of a slab', () => {
  it('are nobody else’s, though many share a buffer', () => {
    const parts = Array.from({ length: 1000 }, (_, i) => slabBytes(i).fill(i))
    parts.forEach((part, i) => expect(Buffer.alloc(i, i).equals(part)).toBe(true))
    expect(new Set(parts.map(({ buffer }) => buffer)).size).toBeLessThan(5)
  })

  it('are as many as asked for, beyond what a slab has', () => {
    expect(slabBytes(1 << 20)).toHaveLength(1 << 20)
    expect(slabBytes(0)).toHaveLength(0)
  })
})
