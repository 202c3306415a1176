import { CHECKSUM_START, spellChecksum } from '@freshet/kernel'
import { type ChainLink, extendChain, pieceChecksum } from './chain'

const link: ChainLink = {
  step: 1,
  count: 4,
  shards: [
    { loss: 0.5, checksums: [7, 8] },
    { loss: 0.25, checksums: [9, 10] },
  ],
  blocks: [11],
}
const chainOf = (changed: Partial<ChainLink> = {}): string => spellChecksum(extendChain(CHECKSUM_START, { ...link, ...changed }))

describe('a chain', () => {
  it('is the same for the same step', () => expect(chainOf()).toBe(chainOf({})))

  it.each<[string, Partial<ChainLink>]>([
    ['the step', { step: 2 }],
    ['how many examples it has', { count: 5 }],
    ['the order of its shards', { shards: [...link.shards].reverse() }],
    ['the last bit of a loss', { shards: [{ ...link.shards[0], loss: 0.5 + 2 ** -24 }, link.shards[1]] }],
    ['a checksum of a gradient', { shards: [{ ...link.shards[0], checksums: [7, 9] }, link.shards[1]] }],
    ['a block of the dense gradient', { blocks: [12] }],
  ])('differs where %s differs', (_, changed) => expect(chainOf(changed)).not.toBe(chainOf()))

  it('sees one bit of a gradient', () => {
    expect(pieceChecksum(Float32Array.of(1, -0))).not.toBe(pieceChecksum(Float32Array.of(1, 0)))
  })
})
