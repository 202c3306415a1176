import { KnownItems } from './known-items'
import { chooseNegatives, drawCandidates } from './negatives'

const catalogue = (size: number): KnownItems => {
  const known = new KnownItems()
  for (let i = 0; i < size; i++) known.set(`i${i}`, true)
  return known
}
const at = { seed: 7, partition: 3, offset: 11 }

describe('drawing negatives', () => {
  it('draws the same for the same place, and something else for another', () => {
    const known = catalogue(1000)
    const drawn = drawCandidates(known, 4, at)
    expect(drawCandidates(known, 4, at)).toEqual(drawn)
    for (const elsewhere of [
      { ...at, seed: 8 },
      { ...at, partition: 4 },
      { ...at, offset: 12 },
      { ...at, offset: 11 + 2 ** 32 },
    ]) {
      expect(drawCandidates(known, 4, elsewhere)).not.toEqual(drawn)
    }
  })

  it('draws every item about equally often', () => {
    const counts = new Map<string, number>()
    const known = catalogue(10)
    for (let offset = 0; offset < 1000; offset++) {
      for (const id of drawCandidates(known, 1, { ...at, offset })) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    expect(counts.size).toBe(10)
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(70) // five standard deviations
  })

  it('draws nothing from nothing', () => {
    expect(drawCandidates(catalogue(0), 4, at)).toEqual([])
  })

  it('chooses the first that are fit, each once', () => {
    expect(chooseNegatives(['a', 'b', 'a', 'c', 'd'], 2, (id) => id !== 'b')).toEqual(['a', 'c'])
    expect(chooseNegatives(['a', 'a'], 2, () => true)).toEqual(['a'])
  })
})
