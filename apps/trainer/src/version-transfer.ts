import { join } from 'node:path'
import { Inject, Injectable } from '@nestjs/common'
import { type trainer, TrainerClient } from '@freshet/contracts/services'
import { CorruptError } from '@freshet/kernel'
import { type ModelStore, openModelStore, type Reception } from '@freshet/model-store'
import { connect, RUNTIME, type Runtime, stream } from '@freshet/service'
import { type ListOptions, listVersions } from './list-versions'

const JOIN_DEADLINE_MS = 600_000
const VERSIONS_RECEIVED_KEPT = 1

/** Versions on their way between trainers: pieces of at most a megabyte, each with its checksum. */
@Injectable()
export class VersionTransfer {
  private readonly store: ModelStore
  private readonly receivedDirectory: string

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    const { clock, versionsDirectory, config, directory } = runtime
    this.store = openModelStore(versionsDirectory, { clock })
    this.receivedDirectory = join(directory, 'received', config.trainer.id)
  }

  /** The versions there are: see {@link listVersions}. */
  async list(options: ListOptions): Promise<trainer.ListVersionsResponse> {
    return { versions: await listVersions(this.store, options) }
  }

  /** A version's files, the manifest first; those of the versions that it builds upon before them. */
  async *send(name: string): AsyncGenerator<trainer.FetchVersionResponse> {
    for (const stored of (await this.store.open(name)).lineage) {
      const version = stored.manifest.name
      for await (const { file, offset, bytes, crc32, fileBytes } of stored.chunks()) {
        yield { version, file, offset, chunk: bytes, crc32, fileSize: fileBytes }
      }
    }
  }

  /** Fetches a fresh version of the trainer at `address`; returns the directory in which it lies, checked. Throws CorruptError, RemoteError. */
  async receiveFrom(address: string): Promise<string> {
    const received = openModelStore(this.receivedDirectory, { clock: this.runtime.clock })
    const client = connect(TrainerClient, address)
    try {
      const chunks = stream(client, 'fetchVersion', { version: '' }, { deadlineMs: JOIN_DEADLINE_MS })
      if ((await takeIn(received, chunks)) === 0)
        throw new CorruptError(address, 'it sent no version', 'ask the trainer that owns the model set')
      await received.prune(VERSIONS_RECEIVED_KEPT)
      return this.receivedDirectory
    } finally {
      client.close()
    }
  }
}

/** Stores what comes, version by version; those that are there already stay as they are. Returns how many came. */
async function takeIn(received: ModelStore, pieces: AsyncIterable<trainer.FetchVersionResponse>): Promise<number> {
  const there = (await received.list()).map(({ name }) => name)
  let [current, versions]: [Reception | undefined, number] = [undefined, 0]
  let name = ''
  try {
    for await (const { version, file, offset, chunk: bytes, crc32 } of pieces) {
      if (version !== name) {
        await current?.seal()
        current = there.includes(version) ? undefined : await received.receive(version)
        ;[name, versions] = [version, versions + 1]
      }
      await current?.write({ file, offset, bytes, crc32 })
    }
    await current?.seal()
    return versions
  } finally {
    await current?.discard()
  }
}
