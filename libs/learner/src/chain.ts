import { crc32 } from 'node:zlib'
import { bytesOf, type Checksum64, checksum64 } from '@freshet/kernel'

/** Floats that a checksum of the dense gradient covers at a time: blocks may be computed by anybody. */
export const DENSE_BLOCK = 65_536

/** What the chain sees of a step. */
export interface ChainLink {
  readonly step: number
  readonly count: number
  /** By shard: its loss, then the checksum of each lookup's gradient. */
  readonly shards: readonly { readonly loss: number; readonly checksums: readonly number[] }[]
  /** By block of the reduced dense gradient. */
  readonly blocks: readonly number[]
}

/** The checksum of one piece of a step: a gradient of a shard, a block of a reduced one. */
export const pieceChecksum = (floats: Float32Array): number => crc32(bytesOf(floats))

/** Extends a chain by a step: it differs wherever a loss or a gradient differed in one bit. */
export function extendChain(chain: Checksum64, { step, count, shards, blocks }: ChainLink): Checksum64 {
  const losses = Float32Array.from(shards, ({ loss }) => loss)
  const words = Uint32Array.from([
    step,
    count,
    ...new Uint32Array(losses.buffer),
    ...shards.flatMap(({ checksums }) => checksums),
    ...blocks,
  ])
  return checksum64(chain, bytesOf(words))
}
