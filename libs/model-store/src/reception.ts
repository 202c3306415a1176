import { readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { CorruptError, InvalidFieldError } from '@freshet/kernel'
import { damaged } from './errors'
import { MANIFEST_FILE, parseManifest, type Manifest } from './manifest'
import { assertPlainName, discard, explain, reveal, type Staging } from './staging'
import { StoredVersion, type VersionChunk } from './stored-version'

/** Bounds of what a sender may make this side store. */
export interface ReceptionLimits {
  /** All files together; 64 GiB unless given. */
  readonly bytesMax?: number
}

/**
 * A version that comes over the wire. Chunks may arrive in any order and in parallel, the manifest among them as a file of its own;
 * `seal` checks every file against it, and only then does the version exist. Whatever fails, `discard` leaves nothing behind.
 */
export class Reception implements AsyncDisposable {
  private readonly handles = new Map<string, Promise<FileHandle>>()
  private readonly ends = new Map<string, number>()
  private ended = false

  constructor(
    private readonly staging: Staging,
    private readonly limits: ReceptionLimits & { readonly makeWay: () => Promise<void> },
  ) {}

  /** Where each file ends, as far as it has come. */
  get received(): ReadonlyMap<string, number> {
    return this.ends
  }

  /** Stores one chunk. Throws CorruptError where its checksum differs (send it again), InvalidFieldError, StorageFullError. */
  async write(chunk: Pick<VersionChunk, 'file' | 'offset' | 'bytes' | 'crc32'>): Promise<void> {
    assertPlainName('file', chunk.file)
    if (crc32(chunk.bytes) !== chunk.crc32) throw flipped(this.staging.version, chunk)
    this.extend(chunk)
    try {
      const handle = await this.handleOf(chunk.file)
      for (let done = 0; done < chunk.bytes.length;) {
        const { bytesWritten } = await handle.write(chunk.bytes, done, chunk.bytes.length - done, chunk.offset + done)
        done += bytesWritten
      }
    } catch (error) {
      throw explain(this.staging, error)
    }
  }

  /** Makes everything durable, checks it, and reveals the version. Throws CorruptError naming the file that is not what was sent. */
  async seal(): Promise<Manifest> {
    try {
      for (const handle of this.handles.values()) await (await handle).sync()
      const manifest = await this.readManifest()
      await new StoredVersion(this.staging.directory, manifest).verify()
      await this.limits.makeWay()
      await reveal(this.staging)
      this.ended = true
      await this.close()
      return manifest
    } catch (error) {
      await this.discard()
      throw explain(this.staging, error)
    }
  }

  /** Gives up: nothing of what came stays. Once the version is sealed it does nothing. */
  async discard(): Promise<void> {
    if (this.ended) return
    this.ended = true
    await this.close()
    await discard(this.staging)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard()
  }

  private extend({ file, offset, bytes }: Pick<VersionChunk, 'file' | 'offset' | 'bytes'>): void {
    const { bytesMax = BYTES_MAX } = this.limits
    const end = Math.max(offset + bytes.length, this.ends.get(file) ?? 0)
    const total = [...this.ends].reduce((sum, [name, length]) => sum + (name === file ? 0 : length), end)
    if (!Number.isSafeInteger(offset) || offset < 0 || total > bytesMax) {
      const rule = `a version that is received has at most ${bytesMax} bytes`
      throw new InvalidFieldError({ field: `${file} offset`, value: offset, rule, remedy: 'receive it with larger limits' })
    }
    this.ends.set(file, end)
  }

  private handleOf(file: string): Promise<FileHandle> {
    const known = this.handles.get(file)
    if (known) return known
    const opening = this.staging.disk.open(join(this.staging.directory, file), 'wx+')
    this.handles.set(file, opening)
    return opening
  }

  private async readManifest(): Promise<Manifest> {
    const { version, directory } = this.staging
    if (!this.ends.has(MANIFEST_FILE)) throw damaged(version, MANIFEST_FILE, 'it was not sent')
    const manifest = parseManifest(version, await readFile(join(directory, MANIFEST_FILE), 'utf8'))
    const stray = [...this.ends.keys()].find((file) => file !== MANIFEST_FILE && !manifest.files.some(({ name }) => name === file))
    if (stray) throw damaged(version, stray, 'the manifest does not name it')
    return manifest
  }

  private async close(): Promise<void> {
    const opened = await Promise.allSettled(this.handles.values())
    this.handles.clear()
    for (const handle of opened) if (handle.status === 'fulfilled') await handle.value.close()
  }
}

const BYTES_MAX = 64 * 2 ** 30 // eight times a billion parameters with their accumulators

const flipped = (version: string, { file, offset }: Pick<VersionChunk, 'file' | 'offset'>): CorruptError =>
  new CorruptError(`${version}/${file}`, `the chunk at ${offset} has another CRC-32 than was sent with it`, 'send it again')
