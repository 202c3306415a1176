import { mix64 } from '@freshet/kernel'
import fc from 'fast-check'
import { ABSENT } from './absent'
import { CONTROL_WORDS, IndexShard, MOVED_AT_ONCE, SIDES, type ShardOptions } from './index-shard'

const open = (options: Partial<ShardOptions> = {}): IndexShard =>
  new IndexShard({ length: 64, load: 0.75, isShared: false, control: new Uint32Array(CONTROL_WORDS), ...options })

/** What a search for the id (lo, 7) comes to: a row, or 0. */
const rowAfterOf = (shard: IndexShard, lo: number): number => (found(shard, lo) + 1) >>> 0

const found = (shard: IndexShard, lo: number): number => shard.slotsOf(mix64(lo, 7)).find(lo, 7, mix64(lo, 7))

/** Ids (lo, 7) whose own place is one of the last `places` of 1,024 slots, and so of all shards that are smaller. */
function idsAtTheEnd(count: number, places: number): number[] {
  const ids: number[] = []
  for (let lo = 1; ids.length < count; lo++) if ((mix64(lo, 7) & 1023) >= 1024 - places) ids.push(lo)
  return ids
}

describe('a shard of the index', () => {
  it('holds what a map holds, after any insertions and removals, in the midst of growth too', () => {
    let movedMost = 0
    fc.assert(
      fc.property(fc.array(call, { minLength: 100, maxLength: 300, size: 'max' }), fc.constantFrom(0.45, 0.75, 1), (calls, load) => {
        const shard = open({ load, length: 128 })
        const twin = new Map<number, number>()
        calls.forEach(({ isRemoval, id }, i) => {
          const known = twin.get(id)
          if (isRemoval && known !== undefined) shard.remove(mix64(id, 7), known)
          if (isRemoval) twin.delete(id)
          else if (known === undefined) {
            shard.insert(id, 7, i + 1)
            twin.set(id, i + 1)
          }
          movedMost = Math.max(movedMost, shard.moved)
        })
        expect(calls.map(({ id }) => rowAfterOf(shard, id))).toEqual(calls.map(({ id }) => twin.get(id) ?? 0))
      }),
      { numRuns: 100 },
    )
    expect(movedMost).toBeGreaterThan(MOVED_AT_ONCE) // there were shards that grew
  })

  it('holds entries of one place, however many: they only take longer', () => {
    const shard = open()
    const ids = idsAtTheEnd(500, 1) // they go over the end, and on at the beginning
    for (const [i, id] of ids.entries()) shard.insert(id, 7, i + 1)
    expect(ids.map((id) => rowAfterOf(shard, id))).toEqual(ids.map((_, i) => i + 1))
    for (const [i, id] of ids.slice(0, -1).entries()) shard.remove(mix64(id, 7), i + 1)
    expect(ids.map((id) => rowAfterOf(shard, id))).toEqual([...ids.slice(0, -1).map(() => 0), ids.length])
  })

  it.each([
    [1, 9],
    [9, 1],
    [8, 8],
    [0, 9],
  ])('tells an id from others that have one of its words, or both in another order: (%i, %i)', (lo, hi) => {
    const shard = open()
    const others = [
      [1, 9],
      [9, 1],
      [8, 8],
      [0, 9],
    ].filter(([l, h]) => l !== lo || h !== hi)
    for (const [i, [l, h]] of others.entries()) shard.insert(l, h, i + 1)
    const find = (): number => shard.now.find(lo, hi, mix64(lo, hi))
    expect(find()).toBe(ABSENT)
    shard.insert(lo, hi, 50)
    expect(find()).toBe(49)
  })

  it.each([0.45, 0.6, 0.75])(
    'moves a bounded number of slots an insertion, and is through long before it is full again, at load %f',
    (load) => {
      const shard = open({ load, length: 1 << 15 })
      const [movedAtOnce, sidesOf]: number[][] = [[], []]
      for (let row = 1; row <= 60_000; row++) {
        const before = shard.moved
        shard.insert(row, 7, row)
        movedAtOnce.push(shard.moved < before ? 0 : shard.moved - before)
        sidesOf.push(shard.memory.filter(({ byteLength }) => byteLength > 0).length)
      }
      const growths = sidesOf.filter((sides, i) => sides === SIDES && sidesOf[i - 1] === 1).length
      const between = sidesOf.filter((sides) => sides === SIDES).length
      expect(growths).toBeGreaterThan(0)
      expect(between).toBeLessThanOrEqual((growths * (1 << 16)) / MOVED_AT_ONCE)
      expect(Math.max(...movedAtOnce)).toBeGreaterThanOrEqual(MOVED_AT_ONCE)
      expect(Math.max(...movedAtOnce)).toBeLessThan(MOVED_AT_ONCE + LONGEST_RUN)
    },
  )

  it('shows another thread where an entry is, whatever has moved', () => {
    const control = new Uint32Array(new SharedArrayBuffer(4 * CONTROL_WORDS))
    const [owner, other] = [open({ isShared: true, control }), open({ isShared: true, control })]
    for (let row = 1; row <= 2000; row++) {
      owner.insert(row, 7, row)
      if (row % 13 !== 0) continue
      for (let side = 0; side < SIDES; side++) other.adopt(side, owner.memory[side])
      other.hear()
      const known = Array.from({ length: Math.ceil(row / 7) }, (_, i) => 1 + 7 * i)
      expect(known.map((id) => rowAfterOf(other, id))).toEqual(known)
    }
  })

  it('leaves a side where it was as long as it lives', () => {
    const shard = open()
    const places = new Map<ArrayBufferLike, number>()
    for (let row = 1; row <= 1000; row++) {
      shard.insert(row, 7, row)
      for (const [side, memory] of shard.memory.entries()) {
        expect(places.get(memory) ?? side).toBe(side)
        places.set(memory, side)
      }
    }
    expect(places.size).toBeGreaterThan(2 * SIDES)
  })
})

const LONGEST_RUN = 600 // of entries without a gap, among 2^16 slots of which four fifths are full

/** Few enough ids for removals to meet entries, and near the end of the slots, where searches go round. */
const call = fc.record({
  isRemoval: fc.nat(3).map((n) => n === 0),
  id: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constantFrom(...idsAtTheEnd(40, 8)), fc.constantFrom(...idsAtTheEnd(30, 1))),
})
