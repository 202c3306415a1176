/**
 * So many bytes to write and hand to LMDB: a part of a larger buffer, of which others get the rest. What is on its way to be written is pinned
 * where it lies, and each buffer of its own costs an allocation and a look-up of its address, more than the copy of a small value.
 */
export function slabBytes(length: number): Buffer {
  if (used + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(Math.max(length, SLAB_BYTES))
    used = 0
  }
  used += length
  return slab.subarray(used - length, used)
}

const SLAB_BYTES = 256 << 10
let slab = Buffer.alloc(0)
let used = 0
