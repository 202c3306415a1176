import { InvalidFieldError } from '@freshet/kernel'
import { assertKey, assertStorePartition, samePositions, START } from './rules'

describe('the rules that all stores share', () => {
  it('tell vectors apart in each topic', () => {
    expect(samePositions(START, { ...START })).toBe(true)
    for (const topic of ['events', 'touches', 'catalog']) expect(samePositions(START, { ...START, [topic]: 1 })).toBe(false)
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
