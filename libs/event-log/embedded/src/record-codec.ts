import { textOf } from '@freshet/kernel'
import type { Entry, LogRecord } from '@freshet/event-log'
import { slabBytes } from './slab'

// A topic is one LMDB environment with one key space, whose every entry carries a number beside its value (lmdb-js: version):
//
//   key    partition u16 · offset u48          value  key bytes u16 · key UTF-8 · value      number  0
//   key    0xffff · 1 · partition u16          value  one byte                                number  the next offset
//   key    0xffff · 2 · partition u16          value  one byte                                number  the first offset
//   key    0xffff · 0                          value  one byte                                number  how many partitions
//
// All numbers in keys are big-endian, so that records of a partition lie in their order.

/** The entry whose number is the offset that comes next. */
export const nextKey = (partition: number): Buffer => Buffer.from([0xff, 0xff, 1, partition >>> 8, partition & 0xff])

/** The entry whose number is the first offset still kept. */
export const firstKey = (partition: number): Buffer => Buffer.from([0xff, 0xff, 2, partition >>> 8, partition & 0xff])

/** The entry whose number is how many partitions the topic has. */
export const COUNT_KEY = Buffer.from([0xff, 0xff, 0])

/** The value of entries of which only the number counts: LMDB's may not be empty. */
export const MARK = Buffer.from([1])

/** Where a record lies; written into `key` where a loop has one to spare. */
export function recordKey(partition: number, offset: number, key: Buffer = Buffer.allocUnsafe(8)): Buffer {
  key.writeUInt16BE(partition, 0)
  key.writeUIntBE(offset, 2, 6)
  return key
}

/** The stored bytes of entries. */
export function encodeEntries(entries: readonly Entry[]): Buffer[] {
  const keyBytes = entries.map(({ key }) => Buffer.byteLength(key))
  const total = entries.reduce((sum, { value }, i) => sum + 2 + keyBytes[i] + value.byteLength, 0)
  const slab = slabBytes(total)
  let end = 0
  return entries.map(({ key, value }, i) => {
    const start = end
    slab.writeUInt16LE(keyBytes[i], start)
    slab.write(key, start + 2)
    slab.set(value, start + 2 + keyBytes[i])
    end = start + 2 + keyBytes[i] + value.byteLength
    return slab.subarray(start, end)
  })
}

/** The record whose stored bytes these are. */
export function decodeRecord(offset: number, stored: Buffer): LogRecord {
  const start = 2 + stored.readUInt16LE(0)
  const value = new Uint8Array(stored.buffer, stored.byteOffset + start, stored.byteLength - start)
  return { offset, key: textOf(stored.subarray(2, start)), value }
}

/** How many bytes of stored bytes are the value. */
export const valueBytes = (stored: Buffer): number => stored.byteLength - 2 - stored.readUInt16LE(0)
