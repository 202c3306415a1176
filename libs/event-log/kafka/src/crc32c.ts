/**
 * The checksum of a batch: CRC-32C, eight bytes at a time.
 *
 * source  RFC 3720, appendix B.4; Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators"
 */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = ~0
  let at = from
  for (; at + SLICE <= to; at += SLICE) {
    const low = crc ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24))
    crc =
      TABLES[7 * 256 + (low & 255)] ^
      TABLES[6 * 256 + ((low >>> 8) & 255)] ^
      TABLES[5 * 256 + ((low >>> 16) & 255)] ^
      TABLES[4 * 256 + (low >>> 24)] ^
      TABLES[3 * 256 + bytes[at + 4]] ^
      TABLES[2 * 256 + bytes[at + 5]] ^
      TABLES[256 + bytes[at + 6]] ^
      TABLES[bytes[at + 7]]
  }
  for (; at < to; at++) crc = TABLES[(crc ^ bytes[at]) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}

const SLICE = 8
const POLYNOMIAL = 0x82f63b78 // Castagnoli's, its bits in reverse
const TABLES = tables()

/** What each byte does to the checksum of what follows it: at once, and over one to seven bytes more. */
function tables(): Int32Array {
  const all = new Int32Array(SLICE * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    all[byte] = crc
  }
  for (let at = 256; at < all.length; at++) all[at] = (all[at - 256] >>> 8) ^ all[all[at - 256] & 255]
  return all
}
