import { crc32 } from 'node:zlib'
import { NotFoundError, utf8 } from '@freshet/kernel'
import { FileReader, type FileFacts } from './file-reader'
import { MANIFEST_FILE, manifestText, type Manifest } from './manifest'
import { headerLength, PREFIX_BYTES, readHeader, type Tensor } from './safetensors'

/** A piece of a version on its way elsewhere. */
export interface VersionChunk {
  readonly file: string
  readonly offset: number
  /** At most a megabyte. */
  readonly bytes: Uint8Array
  readonly crc32: number
  /** How long the whole file is. */
  readonly fileBytes: number
}

/**
 * A version at rest. Whatever is read of it is compared with the manifest: a missing, truncated or flipped file is a
 * CorruptError that names it, thrown at the latest with the file's last byte. So what `stream` and `tensors` gave counts
 * only once they have ended.
 *
 * An increment reads what it has itself, and else what those have that it builds upon.
 */
export class StoredVersion {
  constructor(
    private readonly directory: string,
    readonly manifest: Manifest,
    /** What an increment builds upon. */
    private readonly parent?: StoredVersion,
  ) {}

  /** The versions that make up its state: a full one, then increments, itself last. */
  get lineage(): readonly StoredVersion[] {
    return [...(this.parent?.lineage ?? []), this]
  }

  /** The names of all files, those of the versions that it builds upon included. */
  get files(): readonly string[] {
    return [...new Set(this.lineage.flatMap(({ manifest }) => manifest.files.map(({ name }) => name)))]
  }

  /** A whole file in one buffer. */
  async read(file: string): Promise<Buffer> {
    if (this.parent && !this.has(file)) return this.parent.read(file)
    return FileReader.reading(this.factsOf(file), (reader) => reader.next(reader.left))
  }

  /** A file in pieces of at most a megabyte, for what should not be in memory at once. */
  async *stream(file: string): AsyncGenerator<Buffer, void> {
    const reader = await FileReader.open(this.factsOf(file))
    try {
      while (reader.left > 0) yield await reader.next(Math.min(reader.left, CHUNK_BYTES))
    } finally {
      await reader.close()
    }
  }

  /** The tensors of a file whose increments lie one above the other, from the full version's on. Throws NotFoundError where none has it. */
  async *layers(file: string): AsyncGenerator<Tensor, void> {
    const having = this.lineage.filter((version) => version.has(file))
    if (having.length === 0) this.factsOf(file)
    for (const version of having) yield* version.tensors(file)
  }

  /** The tensors of a safetensors file of this very version, one in memory at a time. */
  async *tensors(file: string): AsyncGenerator<Tensor, void> {
    const reader = await FileReader.open(this.factsOf(file))
    try {
      const where = `${this.manifest.name}/${file}`
      const header = await reader.next(headerLength(await reader.next(PREFIX_BYTES), where))
      for (const { from, to, ...entry } of readHeader(header, { where, bytes: reader.left })) {
        yield { ...entry, bytes: await reader.next(to - from) }
      }
    } finally {
      await reader.close()
    }
  }

  /** Reads every file once, those of the versions that it builds upon first. Throws CorruptError naming the first that is not what was written. */
  async verify(): Promise<void> {
    await this.parent?.verify()
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (const { name } of this.manifest.files) {
      await FileReader.reading(this.factsOf(name), async (reader) => {
        while (reader.left > 0) await reader.fill(buffer.subarray(0, Math.min(reader.left, CHUNK_BYTES)))
      })
    }
  }

  /** The version as pieces for `ModelStore.receive`, manifest first; what it builds upon must be sent before it. */
  async *chunks(): AsyncGenerator<VersionChunk, void> {
    const manifest = utf8(manifestText(this.manifest))
    yield chunkOf(manifest, { file: MANIFEST_FILE, offset: 0, fileBytes: manifest.length })
    for (const { name: file, bytes: fileBytes } of this.manifest.files) {
      let offset = 0
      for await (const piece of this.stream(file)) {
        yield chunkOf(piece, { file, offset, fileBytes })
        offset += piece.length
      }
    }
  }

  private has(file: string): boolean {
    return this.manifest.files.some(({ name }) => name === file)
  }

  private factsOf(file: string): FileFacts {
    const facts = this.manifest.files.find(({ name }) => name === file)
    const names = this.manifest.files.map(({ name }) => name)
    if (!facts) throw new NotFoundError(`file of version ${this.manifest.name}`, file, `there are: ${names.join(', ')}`)
    return { ...facts, directory: this.directory, version: this.manifest.name }
  }
}

const CHUNK_BYTES = 1 << 20 // what the version stream's messages may carry

const chunkOf = (bytes: Uint8Array, place: Pick<VersionChunk, 'file' | 'offset' | 'fileBytes'>): VersionChunk => ({
  ...place,
  bytes,
  crc32: crc32(bytes),
})
