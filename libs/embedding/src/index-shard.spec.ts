import { mix64 } from '@freshet/kernel'
import fc from 'fast-check'
import { CONTROL_WORDS, IndexShard, MOVED_AT_ONCE, SIDES, type ShardOptions } from './index-shard'

const open = (options: Partial<ShardOptions> = {}): IndexShard =>
  new IndexShard({ length: 64, load: 0.75, isShared: false, control: new Uint32Array(CONTROL_WORDS), ...options })

/** The rows of the slots that hold a hash, as a search meets them. */
function found(shard: IndexShard, hash: number): number[] {
  const { words, mask } = shard.slotsOf(hash)
  const rows: number[] = []
  for (let slot = hash & mask; words[2 * slot + 1] !== 0; slot = (slot + 1) & mask)
    if (words[2 * slot] === hash) rows.push(words[2 * slot + 1])
  return rows
}

describe('a shard of the index', () => {
  it('holds what a map holds, after any insertions and removals, in the midst of growth too', () => {
    let movedMost = 0
    fc.assert(
      fc.property(fc.array(call, { minLength: 100, maxLength: 300, size: 'max' }), fc.constantFrom(0.45, 0.75, 1), (calls, load) => {
        const shard = open({ load, length: 128 })
        const twin = new Map<number, number>()
        calls.forEach(({ isRemoval, hash }, i) => {
          const known = twin.get(hash)
          if (isRemoval && known !== undefined) shard.remove(hash, known)
          if (isRemoval) twin.delete(hash)
          else if (known === undefined) {
            shard.insert(hash, i + 1)
            twin.set(hash, i + 1)
          }
          movedMost = Math.max(movedMost, shard.moved)
        })
        const hashes = calls.map(({ hash }) => hash)
        expect(hashes.map((hash) => found(shard, hash))).toEqual(hashes.map((hash) => (twin.has(hash) ? [twin.get(hash)] : [])))
      }),
      { numRuns: 100 },
    )
    expect(movedMost).toBeGreaterThan(MOVED_AT_ONCE) // there were shards that grew
  })

  it('holds entries of one hash, however many: they only take longer', () => {
    const shard = open()
    for (let row = 1; row <= 500; row++) shard.insert(63, row) // beyond the end, and over it
    expect(found(shard, 63).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
    for (let row = 1; row <= 499; row++) shard.remove(63, row)
    expect(found(shard, 63)).toEqual([500])
  })

  it.each([0.45, 0.6, 0.75])(
    'moves a bounded number of slots an insertion, and is through long before it is full again, at load %f',
    (load) => {
      const shard = open({ load, length: 1 << 15 })
      const [movedAtOnce, sidesOf]: number[][] = [[], []]
      for (let row = 1; row <= 60_000; row++) {
        const before = shard.moved
        shard.insert(mix64(row, 7), row)
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
      owner.insert(mix64(row, 1), row)
      if (row % 13 !== 0) continue
      for (let side = 0; side < SIDES; side++) other.adopt(side, owner.memory[side])
      other.hear()
      const known = Array.from({ length: Math.ceil(row / 7) }, (_, i) => 1 + 7 * i)
      expect(known.flatMap((each) => found(other, mix64(each, 1)))).toEqual(known)
    }
  })

  it('leaves a side where it was as long as it lives', () => {
    const shard = open()
    const places = new Map<ArrayBufferLike, number>()
    for (let row = 1; row <= 1000; row++) {
      shard.insert(mix64(row, 1), row)
      for (const [side, memory] of shard.memory.entries()) {
        expect(places.get(memory) ?? side).toBe(side)
        places.set(memory, side)
      }
    }
    expect(places.size).toBeGreaterThan(2 * SIDES)
  })
})

const LONGEST_RUN = 600 // of entries without a gap, among 2^16 slots of which four fifths are full

/** Few enough hashes for removals to meet entries, and near the end of the slots, where searches go round. */
const call = fc.record({
  isRemoval: fc.nat(3).map((n) => n === 0),
  hash: fc.oneof(
    fc.nat(600),
    fc.nat(40).map((n) => 2 ** 32 - 1 - n),
    fc.nat(30).map((n) => mix64(n, 3)),
  ),
})
