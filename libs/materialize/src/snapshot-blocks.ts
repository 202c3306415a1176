import { open, type FileHandle } from 'node:fs/promises'
import { CHECKSUM_START, type Checksum64, checksum64, checksumBytes, CorruptError, textOf } from '@freshet/kernel'
import type { Put } from '@freshet/online-store'

// What a snapshot's file holds, its numbers little-endian:
//
//   block    entries u32 · bytes u32 · entry …        entry  key bytes u32 · value bytes u32 (all ones: deleted) · key · value
//   …
//   end      0 u32 · 0 u32 · checksum of all before it, 8 bytes

const HEAD_BYTES = 8
const END = Buffer.alloc(HEAD_BYTES)
const DELETED = 0xffffffff

/** Writes the blocks of a snapshot, and its end. */
export class BlockWriter {
  private checksum: Checksum64 = CHECKSUM_START

  constructor(private readonly handle: FileHandle) {}

  async write(entries: readonly Put[]): Promise<void> {
    if (entries.length === 0) return
    const block = blockOf(entries)
    this.checksum = checksum64(this.checksum, block)
    await this.handle.appendFile(block)
  }

  /** What lies on the disk is whole from here on, or is found not to be. */
  async end(): Promise<void> {
    await this.handle.appendFile(Buffer.concat([END, checksumBytes(checksum64(this.checksum, END))]))
    await this.handle.sync()
  }
}

/** What was written, in order. Throws CorruptError, at the end at the latest, where a file is not what was. */
export async function* entriesOf(path: string): AsyncGenerator<readonly Put[]> {
  for await (const block of blocksOf(path)) yield entriesIn(block)
}

/** Whether a file is what was written, by its checksum. */
export async function isWhole(path: string): Promise<boolean> {
  try {
    for await (const _ of blocksOf(path));
    return true
  } catch (failure) {
    if (failure instanceof CorruptError) return false
    throw failure
  }
}

/** Reads block by block to the end, where the checksum must be that of what was read. */
async function* blocksOf(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r')
  try {
    let checksum = CHECKSUM_START
    for (;;) {
      const head = await bytesFrom(handle, path, HEAD_BYTES)
      if (head.readUInt32LE(0) === 0) {
        checksum = checksum64(checksum, head)
        break
      }
      const block = Buffer.concat([head, await bytesFrom(handle, path, head.readUInt32LE(4))])
      checksum = checksum64(checksum, block)
      yield block
    }
    const stored = await bytesFrom(handle, path, HEAD_BYTES)
    if (!stored.equals(checksumBytes(checksum))) throw new CorruptError(path, 'its checksum is another', REMEDY)
  } finally {
    await handle.close()
  }
}

async function bytesFrom(handle: FileHandle, path: string, length: number): Promise<Buffer> {
  const { size } = await handle.stat()
  if (length > size) throw new CorruptError(path, `it has ${size} bytes and speaks of ${length}`, REMEDY)
  const bytes = Buffer.allocUnsafe(length)
  const { bytesRead } = await handle.read(bytes, 0, length)
  if (bytesRead < length) throw new CorruptError(path, 'it ends too early', REMEDY)
  return bytes
}

const REMEDY = 'delete the file: the one before it, or the log, is used instead'

function blockOf(entries: readonly Put[]): Buffer {
  const parts: Uint8Array[] = [Buffer.alloc(HEAD_BYTES)]
  for (const { key, value } of entries) {
    const head = Buffer.allocUnsafe(HEAD_BYTES)
    head.writeUInt32LE(Buffer.byteLength(key), 0)
    head.writeUInt32LE(value?.length ?? DELETED, 4)
    parts.push(head, Buffer.from(key), value ?? Buffer.alloc(0))
  }
  const block = Buffer.concat(parts)
  block.writeUInt32LE(entries.length, 0)
  block.writeUInt32LE(block.length - HEAD_BYTES, 4)
  return block
}

function entriesIn(block: Buffer): Put[] {
  const entries: Put[] = []
  for (let at = HEAD_BYTES; at < block.length;) {
    const keyEnd = at + HEAD_BYTES + block.readUInt32LE(at)
    const length = block.readUInt32LE(at + 4)
    const valueEnd = keyEnd + (length === DELETED ? 0 : length)
    const value = length === DELETED ? null : new Uint8Array(block.subarray(keyEnd, valueEnd))
    entries.push({ key: textOf(block.subarray(at + HEAD_BYTES, keyEnd)), value })
    at = valueEnd
  }
  return entries
}
