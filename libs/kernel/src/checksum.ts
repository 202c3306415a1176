import { crc32 } from 'node:zlib'

/** A running 64-bit checksum as two words: cheap enough to cover all that a step touched. */
export interface Checksum64 {
  readonly lo: number
  readonly hi: number
}

/** Where every chain starts. */
export const CHECKSUM_START: Checksum64 = { lo: 0, hi: 0 }

/**
 * Extends a checksum by bytes: the CRC-32 continued, and beside it a polynomial over the CRCs of each piece.
 *
 * cost    one hardware-speed pass
 * source  CRC-32 as in zlib; a checksum against accidents, not against forgers (those meet SHA-256)
 */
export function checksum64(previous: Checksum64, bytes: Uint8Array): Checksum64 {
  const lo = continued(bytes, previous.lo)
  const own = continued(bytes, bytes.length ^ 0x5bd1e995)
  return { lo, hi: (Math.imul(previous.hi, 0x9e3779b1) + (own ^ (own >>> 15)) + 0x85ebca6b) >>> 0 }
}

/** The eight bytes of a checksum, little-endian. */
export function checksumBytes({ lo, hi }: Checksum64): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, lo, true)
  view.setUint32(4, hi, true)
  return bytes
}

/** The inverse of {@link checksumBytes}. */
export function checksumOf(bytes: Uint8Array): Checksum64 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  return { lo: view.getUint32(0, true), hi: view.getUint32(4, true) }
}

/** Sixteen hexadecimal digits, as people read them. */
export const spellChecksum = ({ lo, hi }: Checksum64): string => hex(hi) + hex(lo)

/** A CRC-32 carried on: by no bytes, nothing changes. Node says that of some empty arrays and 0 of others, by where their memory is. */
const continued = (bytes: Uint8Array, crc: number): number => (bytes.length === 0 ? crc : crc32(bytes, crc))

const hex = (word: number): string => word.toString(16).padStart(8, '0')
