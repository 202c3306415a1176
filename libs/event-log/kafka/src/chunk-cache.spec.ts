import { ChunkCache, Taking, type Chunk } from './chunk-cache'

const chunk = (from: number, to: number, valueBytes = 10): Chunk => ({
  from,
  to,
  records: Array.from({ length: to - from }, (_, i) => ({ offset: from + i, key: '', value: new Uint8Array(valueBytes) })),
  bytes: (to - from) * valueBytes,
})

describe('a cache of chunks', () => {
  it('finds the chunk that covers an offset, of that partition alone', () => {
    const cache = new ChunkCache(1000)
    cache.put('a/0', chunk(0, 5))
    cache.put('a/0', chunk(5, 9))
    cache.put('a/1', chunk(5, 6))
    expect([4, 5, 8, 9].map((offset) => cache.find('a/0', offset)?.from)).toEqual([0, 5, 5, undefined])
    expect(cache.find('a/1', 4)).toBeUndefined()
  })

  it('lets go of what nobody has asked for the longest, once it weighs too much', () => {
    const cache = new ChunkCache(100)
    cache.put('a/0', chunk(0, 5))
    cache.put('a/1', chunk(0, 5))
    cache.find('a/0', 0)
    cache.put('a/2', chunk(0, 1))
    expect(['a/0', 'a/1', 'a/2'].map((name) => cache.find(name, 0) !== undefined)).toEqual([true, false, true])
  })

  it('keeps the latest chunk, however large, and nothing beside it', () => {
    const cache = new ChunkCache(100)
    cache.put('a/0', chunk(0, 5))
    cache.put('a/0', chunk(5, 50))
    expect([cache.find('a/0', 0), cache.find('a/0', 5)?.to]).toEqual([undefined, 50])
  })

  it('counts a chunk once, however often it is fetched', () => {
    const cache = new ChunkCache(100)
    for (let i = 0; i < 20; i++) cache.put('a/0', chunk(0, 5))
    cache.put('a/1', chunk(0, 5))
    expect(cache.find('a/0', 0)).toBeDefined()
  })

  it('forgets a partition', () => {
    const cache = new ChunkCache(100)
    cache.put('a/0', chunk(0, 5))
    cache.put('a/0', chunk(5, 6))
    cache.clear('a/0')
    expect([cache.find('a/0', 0), cache.find('a/0', 5)]).toEqual([undefined, undefined])
  })
})

describe('what a read takes', () => {
  it('begins at the offset, in the middle of a chunk or in a gap of it', () => {
    const gapped = { ...chunk(0, 6), records: chunk(0, 6).records.filter(({ offset }) => offset !== 2 && offset !== 3) }
    const taking = new Taking(10, Infinity)
    expect(taking.takeFrom(gapped, 2)).toBe(false)
    expect(taking.records.map(({ offset }) => offset)).toEqual([4, 5])
  })

  it('ends at the number of records, over chunks', () => {
    const taking = new Taking(7, Infinity)
    expect([taking.takeFrom(chunk(0, 5), 0), taking.takeFrom(chunk(5, 9), 5)]).toEqual([false, true])
    expect(taking.records).toHaveLength(7)
  })

  it('ends before the number of bytes is passed, but has one record', () => {
    const taking = new Taking(10, 25)
    expect(taking.takeFrom(chunk(0, 5), 0)).toBe(true)
    expect(taking.records).toHaveLength(2)
    const narrow = new Taking(10, 1)
    expect(narrow.takeFrom(chunk(0, 5), 0)).toBe(true)
    expect(narrow.records).toHaveLength(1)
  })
})
