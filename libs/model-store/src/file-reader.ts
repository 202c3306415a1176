import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { CorruptError } from '@freshet/kernel'
import { systemCode } from './disk'
import { damaged } from './errors'
import type { ManifestFile } from './manifest'

/** Which file is read, and what it must be. */
export interface FileFacts extends ManifestFile {
  readonly directory: string
  readonly version: string
}

/** Reads one file of a version from its beginning to its end, digesting what passes. */
export class FileReader {
  private readonly hash = createHash('sha256')
  private position = 0

  private constructor(
    private readonly facts: FileFacts,
    private readonly handle: FileHandle,
  ) {}

  /** Opens a file, reads it by `use`, compares its digest when all was read, and closes it. */
  static async reading<T>(facts: FileFacts, use: (reader: FileReader) => Promise<T>): Promise<T> {
    const reader = await FileReader.open(facts)
    try {
      return await use(reader)
    } finally {
      await reader.close()
    }
  }

  /** Throws CorruptError where the file is missing or of another size than it was. */
  static async open(facts: FileFacts): Promise<FileReader> {
    const handle = await openOrExplain(facts)
    const { size } = await handle.stat()
    if (size === facts.bytes) return new FileReader(facts, handle)
    await handle.close()
    throw damaged(facts.version, facts.name, `it has ${size} bytes, and ${facts.bytes} were written`)
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.facts.bytes - this.position
  }

  /** The next bytes, as many as asked for, in a buffer of their own: its start is aligned for any element type. */
  async next(bytes: number): Promise<Buffer> {
    if (bytes > this.left) throw this.damaged(`${bytes} bytes were to follow, and ${this.left} are left`)
    const buffer = Buffer.allocUnsafeSlow(bytes)
    await this.fill(buffer)
    return buffer
  }

  /** As {@link next}, into a buffer that the caller has. Throws CorruptError with the last byte where the digest is another one. */
  async fill(buffer: Buffer): Promise<void> {
    for (let done = 0; done < buffer.length;) {
      const { bytesRead } = await this.handle.read(buffer, done, buffer.length - done, this.position)
      if (bytesRead === 0) throw this.damaged(`it ends at ${this.position}`)
      done += bytesRead
      this.position += bytesRead
    }
    this.hash.update(buffer)
    if (this.left === 0) this.judge()
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  private judge(): void {
    const digest = this.hash.copy().digest('hex')
    if (digest !== this.facts.sha256) throw this.damaged(`its SHA-256 is ${digest}, and ${this.facts.sha256} was written`)
  }

  private damaged(reason: string): CorruptError {
    return damaged(this.facts.version, this.facts.name, reason)
  }
}

async function openOrExplain({ directory, version, name }: FileFacts): Promise<FileHandle> {
  try {
    return await open(join(directory, name), 'r')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw damaged(version, name, 'it is missing')
    throw error
  }
}
