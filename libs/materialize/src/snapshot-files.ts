import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKSUM_START, type Checksum64, checksum64, checksumBytes, CorruptError, textOf } from '@freshet/kernel'
import type { PositionVector, Put } from '@freshet/online-store'
import type { SnapshotDraft, SnapshotShelf, StoredSnapshot } from './snapshot-shelf'

// A snapshot is `<directory>/<partition>/<events>-<touches>-<catalog>.snapshot`, its numbers little-endian:
//
//   block    entries u32 · bytes u32 · entry …        entry  key bytes u32 · value bytes u32 (all ones: deleted) · key · value
//   …
//   end      0 u32 · 0 u32 · checksum of all before it, 8 bytes

const HEAD_BYTES = 8
const END = Buffer.alloc(HEAD_BYTES)
const DELETED = 0xffffffff
const KEPT = 2
const SUFFIX = '.snapshot'
const DRAFT_SUFFIX = '.draft'

/**
 * Keeps snapshots in files: written under another name, flushed, renamed, and read only after their checksum was found right.
 *
 * throws  CorruptError for a file that changes while it is read; one that is damaged before is passed over for the one before it
 */
export function openSnapshotFiles(directory: string): SnapshotShelf {
  const within = (partition: number): string => join(directory, String(partition))
  return {
    begin: (partition) => SnapshotFile.create(within(partition)),
    async newest(partition) {
      for (const file of await sealedIn(within(partition))) if (await isWhole(file.path)) return file
      return undefined
    },
    kept: async (partition) => (await sealedIn(within(partition))).slice(0, KEPT).map(({ positions }) => positions),
  }
}

/** A file that grows by blocks. */
class SnapshotFile implements SnapshotDraft {
  private checksum: Checksum64 = CHECKSUM_START

  private constructor(
    private readonly directory: string,
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(directory: string): Promise<SnapshotFile> {
    await mkdir(directory, { recursive: true })
    const path = join(directory, `${randomUUID()}${DRAFT_SUFFIX}`)
    return new SnapshotFile(directory, path, await open(path, 'wx'))
  }

  async write(entries: readonly Put[]): Promise<void> {
    if (entries.length === 0) return
    const block = blockOf(entries)
    this.checksum = checksum64(this.checksum, block)
    await this.handle.appendFile(block)
  }

  async seal({ events, touches, catalog }: PositionVector): Promise<void> {
    await this.handle.appendFile(Buffer.concat([END, checksumBytes(checksum64(this.checksum, END))]))
    await this.handle.sync()
    await this.handle.close()
    await rename(this.path, join(this.directory, `${events}-${touches}-${catalog}${SUFFIX}`))
    await syncDirectory(this.directory)
    await sweep(this.directory)
  }

  async discard(): Promise<void> {
    await this.handle.close()
    await rm(this.path, { force: true })
  }
}

/** Removes what is older than the snapshots that are kept, and what was never sealed: its owner is gone, or will be refused. */
async function sweep(directory: string): Promise<void> {
  const old = (await sealedIn(directory)).slice(KEPT).map(({ path }) => path)
  const drafts = (await readdir(directory)).filter((name) => name.endsWith(DRAFT_SUFFIX)).map((name) => join(directory, name))
  for (const path of [...old, ...drafts]) await rm(path, { force: true })
}

/** The sealed snapshots of a partition, the latest first. */
async function sealedIn(directory: string): Promise<readonly (StoredSnapshot & { readonly path: string })[]> {
  const names = await readdir(directory).catch(() => [])
  const sealed = names.flatMap((name) => {
    const [, events, touches, catalog] = (NAME.exec(name) ?? []).map(Number)
    if (events === undefined) return []
    const path = join(directory, name)
    return [{ path, positions: { events, touches, catalog }, entries: () => entriesOf(path) }]
  })
  return sealed.sort((a, b) => far(b.positions) - far(a.positions))
}

const NAME = /^(\d+)-(\d+)-(\d+)\.snapshot$/
const far = ({ events, touches, catalog }: PositionVector): number => events + touches + catalog // of one partition, none goes back

async function* entriesOf(path: string): AsyncGenerator<readonly Put[]> {
  for await (const block of blocksOf(path)) yield entriesIn(block)
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

async function isWhole(path: string): Promise<boolean> {
  try {
    for await (const _ of blocksOf(path));
    return true
  } catch (failure) {
    if (failure instanceof CorruptError) return false
    throw failure
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

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}
