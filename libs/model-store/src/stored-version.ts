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
 */
export class StoredVersion {
  constructor(
    private readonly directory: string,
    readonly manifest: Manifest,
  ) {}

  /** A whole file in one buffer. */
  async read(file: string): Promise<Buffer> {
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

  /** The tensors of a safetensors file, one in memory at a time. */
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

  /** Reads every file once. Throws CorruptError naming the first that is not what was written. */
  async verify(): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (const { name } of this.manifest.files) {
      await FileReader.reading(this.factsOf(name), async (reader) => {
        while (reader.left > 0) await reader.fill(buffer.subarray(0, Math.min(reader.left, CHUNK_BYTES)))
      })
    }
  }

  /** The version as pieces for `ModelStore.receive`, manifest first. */
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
