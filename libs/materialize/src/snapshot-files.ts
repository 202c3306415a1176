import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { PositionVector, Put } from '@freshet/online-store'
import { BlockWriter, entriesOf } from './snapshot-blocks'
import type { SnapshotDraft, SnapshotShelf, StoredSnapshot } from './snapshot-shelf'
import { Verdicts } from './snapshot-verdicts'

// A snapshot is `<directory>/<partition>/<events>-<touches>-<catalog>.snapshot`.

const KEPT = 2
const SUFFIX = '.snapshot'
const DRAFT_SUFFIX = '.draft'
const ASIDE_SUFFIX = '.aside'

/**
 * Keeps snapshots in files: written under another name, flushed, renamed, and read only after their checksum was found right.
 *
 * throws  CorruptError for a file that changes while it is read; one that is damaged before is passed over for the one before it, and does
 *         not count among those that are kept
 */
export function openSnapshotFiles(directory: string): SnapshotShelf {
  const within = (partition: number): string => join(directory, String(partition))
  const verdicts = new Verdicts()
  return {
    begin: (partition) => SnapshotFile.create(within(partition), verdicts),
    async newest(partition) {
      for (const file of await sealedIn(within(partition))) if (await verdicts.judge(file.path)) return file
      return undefined
    },
    async setAside(partition, positions) {
      const path = join(within(partition), nameOf(positions))
      await rename(path, `${path}${ASIDE_SUFFIX}`)
    },
    async kept(partition) {
      const whole: PositionVector[] = []
      for (const { path, positions } of await sealedIn(within(partition)))
        if (whole.length < KEPT && (await verdicts.remember(path))) whole.push(positions)
      return whole
    },
  }
}

/** A file that grows by blocks. */
class SnapshotFile implements SnapshotDraft {
  private readonly blocks: BlockWriter

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly shelf: { readonly directory: string; readonly verdicts: Verdicts },
  ) {
    this.blocks = new BlockWriter(handle)
  }

  static async create(directory: string, verdicts: Verdicts): Promise<SnapshotFile> {
    await mkdir(directory, { recursive: true })
    const path = join(directory, `${randomUUID()}${DRAFT_SUFFIX}`)
    return new SnapshotFile(path, await open(path, 'wx'), { directory, verdicts })
  }

  async write(entries: readonly Put[]): Promise<void> {
    await this.blocks.write(entries)
  }

  async seal(positions: PositionVector): Promise<void> {
    const { directory, verdicts } = this.shelf
    await this.blocks.end()
    await this.handle.close()
    await rename(this.path, join(directory, nameOf(positions)))
    await syncDirectory(directory)
    await sweep(directory, verdicts)
  }

  async discard(): Promise<void> {
    await this.handle.close()
    await rm(this.path, { force: true })
  }
}

/** Removes what is older than the snapshots that are kept, which are whole, and what was never sealed: its owner is gone, or will be refused. */
async function sweep(directory: string, verdicts: Verdicts): Promise<void> {
  const drafts = (await readdir(directory)).filter((name) => name.endsWith(DRAFT_SUFFIX)).map((name) => join(directory, name))
  const old: string[] = []
  let whole = 0
  for (const { path } of await sealedIn(directory)) {
    if (whole === KEPT) old.push(path)
    else if (await verdicts.judge(path)) whole++
  }
  for (const path of [...old, ...drafts]) {
    await rm(path, { force: true })
    verdicts.forget(path)
  }
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

const nameOf = ({ events, touches, catalog }: PositionVector): string => `${events}-${touches}-${catalog}${SUFFIX}`
const NAME = /^(\d+)-(\d+)-(\d+)\.snapshot$/
const far = ({ events, touches, catalog }: PositionVector): number => events + touches + catalog // of one partition, none goes back

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}
