import { InvalidFieldError } from '@freshet/kernel'
import { assertKey, assertStands, assertStorePartition, lineageAfter, samePositions, sameStanding, START } from './rules'

describe('the rules that all stores share', () => {
  it('tell vectors apart in each topic', () => {
    expect(samePositions(START, { ...START })).toBe(true)
    for (const topic of ['events', 'touches', 'catalog']) expect(samePositions(START, { ...START, [topic]: 1 })).toBe(false)
  })

  it('tell standings of one vector apart by their lineage, and take none for an empty one', () => {
    expect(sameStanding(START, { ...START, lineage: '' })).toBe(true)
    expect(sameStanding(START, { ...START, lineage: 'a' })).toBe(false)
    expect(sameStanding({ ...START, lineage: 'a' }, { ...START, lineage: 'a' })).toBe(true)
    expect(() => assertStands(3, { ...START, lineage: 'a' }, START)).toThrow(
      'partition 3 was expected at events 0, touches 0, catalog 0 of lineage a,',
    )
    assertStands(3, undefined, START)
  })

  it('give each commit a lineage of its own: by where it begins, by what led there, and by who makes it', () => {
    const first = lineageAfter(START, 'a')
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(lineageAfter({ ...START }, 'a')).toBe(first)
    const others = [lineageAfter(START, 'b'), lineageAfter({ ...START, events: 1 }, 'a'), lineageAfter({ ...START, lineage: first }, 'a')]
    expect(new Set([first, ...others]).size).toBe(4)
  })

  it('count a key in bytes, not in characters', () => {
    assertKey('k'.repeat(1024))
    expect(() => assertKey('é'.repeat(513))).toThrow(InvalidFieldError)
    expect(() => assertKey('')).toThrow('a key has 1 to 1024 bytes')
  })

  it('refuse partitions outside the store', () => {
    assertStorePartition(7, 8)
    for (const partition of [-1, 8, 1.5, NaN]) expect(() => assertStorePartition(partition, 8)).toThrow('the store has partitions 0 to 7')
  })
})
