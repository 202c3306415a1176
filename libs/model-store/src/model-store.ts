import { readdir } from 'node:fs/promises'
import { CorruptError, InvalidFieldError, NotFoundError, type Clock } from '@freshet/kernel'
import { nodeDisk, systemCode, type Disk } from './disk'
import { VersionExistsError } from './errors'
import { FULL, MANIFEST_FILE, MANIFEST_SCHEMA, type Manifest, type ManifestDraft } from './manifest'
import { Reception, type ReceptionLimits } from './reception'
import { assertPlainName, openStaging, reveal, stageFile, stageManifest, withStaging, type FileDraft } from './staging'
import { StoredVersion } from './stored-version'
import { byAge, openVersion } from './survey'
import { ASIDE_SUFFIX, hide, remove, sweep } from './sweep'

/** What a store is handed: the time, and, in tests, a disk that fails. */
export interface ModelStoreOptions {
  readonly clock: Clock
  readonly disk?: Disk
}

/** A version to write. The table's pages may come as they are read: parts are asked for one by one. */
export interface VersionDraft {
  readonly manifest: ManifestDraft
  readonly files: readonly FileDraft[]
  /** The state's digest where it is known only once all parts have been read; takes the place of the manifest's. */
  readonly digest?: () => string
}

/** A version that cannot be used, and the file that is to blame. */
export interface SkippedVersion {
  readonly name: string
  readonly error: CorruptError
}

/** The newest version that is what was written, if any, and the newer ones that are not. */
export interface NewestValid {
  readonly version?: StoredVersion
  readonly skipped: readonly SkippedVersion[]
}

/** Opens the versions in a directory, which need not exist yet. */
export const openModelStore = (directory: string, options: ModelStoreOptions): ModelStore => new ModelStore(directory, options)

/**
 * Versions at rest: folders of standard files that appear at once, whole and durable, and never change. Several processes may
 * read and write one directory.
 */
export class ModelStore {
  private readonly disk: Disk

  constructor(
    private readonly directory: string,
    private readonly options: ModelStoreOptions,
  ) {
    this.disk = options.disk ?? nodeDisk
  }

  /**
   * Writes a version: every file and then the manifest under a temporary name, each made durable, then renamed.
   * Throws VersionExistsError, StorageFullError or InvalidFieldError, and leaves nothing that a reader would see.
   */
  async write({ manifest: draft, files, digest }: VersionDraft): Promise<Manifest> {
    assertDistinct(files.map(({ name }) => name))
    const staging = await openStaging(this.disk, this.directory, draft.name)
    return withStaging(staging, async () => {
      await this.makeWay(draft.name)
      const written = []
      for (const file of files) written.push(await stageFile(staging, file))
      const said = { ...FULL, ...draft, ...(digest && { digest: digest() }) }
      const manifest = { ...said, schema: MANIFEST_SCHEMA, createdMs: this.options.clock.nowMs(), files: written } as const
      await stageManifest(staging, manifest)
      await reveal(staging)
      return manifest
    })
  }

  /** The complete versions, oldest first: manifest readable, all files there in full size. Contents are compared when they are read. */
  async list(): Promise<Manifest[]> {
    const { complete } = await this.survey()
    return complete.map(({ manifest }) => manifest)
  }

  /** The versions that are not complete, each with the file that is to blame. */
  async damaged(): Promise<readonly SkippedVersion[]> {
    return (await this.survey()).broken
  }

  /** Opens a version. Throws NotFoundError, or CorruptError naming a file that is missing or of another size. */
  async open(name: string): Promise<StoredVersion> {
    assertPlainName('version', name)
    if (!(await this.has(name))) throw await this.unknown(name)
    return openVersion(this.directory, name).catch(async (error: unknown) => {
      throw (await this.has(name)) ? error : await this.unknown(name)
    })
  }

  /** The newest version, among those that `accept` takes, of which every byte is what was written. */
  async newestValid(accept: (manifest: Manifest) => boolean = () => true): Promise<NewestValid> {
    const { complete, broken } = await this.survey()
    const skipped = [...broken]
    for (const version of complete.reverse().filter(({ manifest }) => accept(manifest))) {
      const error = await damageOf(version)
      if (!error) return { version, skipped }
      skipped.push({ name: version.manifest.name, error })
    }
    return { skipped }
  }

  /** Takes in a version that comes over the wire, chunk by chunk. */
  async receive(name: string, limits: ReceptionLimits = {}): Promise<Reception> {
    const staging = await openStaging(this.disk, this.directory, name)
    return new Reception(staging, { ...limits, makeWay: () => this.makeWay(name) })
  }

  /**
   * Removes old versions, but never the newest `keep` full ones with their increments, nor one that is referenced (served, followed,
   * or the start of somebody's replay), nor what any of these builds upon. An increment goes before what it builds upon, so that
   * nobody ever meets one without. Sweeps what writers that died have left. Returns the names of the removed, oldest first.
   */
  async prune(keep: number, isReferenced: (manifest: Manifest) => boolean = () => false): Promise<string[]> {
    await sweep(this.disk, this.directory, this.options.clock.nowMs())
    const { complete } = await this.survey()
    const full = complete.filter(({ manifest }) => manifest.kind === 'full').map(({ manifest }) => manifest.name)
    const newest = new Set(full.slice(Math.max(0, full.length - keep)))
    const kept = complete.filter(({ manifest, lineage }) => newest.has(lineage[0].manifest.name) || isReferenced(manifest))
    const needed = new Set(kept.flatMap(({ lineage }) => lineage.map(({ manifest }) => manifest.name)))
    const old = complete.map(({ manifest }) => manifest.name).filter((name) => !needed.has(name))
    for (const name of old.toReversed()) await remove(this.disk, this.directory, name)
    return old
  }

  /**
   * Takes a version out of sight, and keeps it, in a folder of its own beside the others whose name ends in `.aside`. Nobody opens, counts or removes it
   * any more; under its old name it is a version again. Nothing happens where there is none of this name. Throws CorruptError where it is not complete.
   */
  async setAside(name: string): Promise<void> {
    assertPlainName('version', name)
    if (!(await this.names()).includes(name)) return
    const { manifest } = await openVersion(this.directory, name)
    await hide(this.disk, this.directory, manifest)
  }

  private async survey(): Promise<{ complete: StoredVersion[]; broken: SkippedVersion[] }> {
    const complete: StoredVersion[] = []
    const broken: SkippedVersion[] = []
    const known = new Map<string, StoredVersion>()
    for (const name of await this.names()) {
      try {
        complete.push(await openVersion(this.directory, name, { known }))
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error
        if (await this.has(name)) broken.push({ name, error }) // else another process has removed it meanwhile
      }
    }
    return { complete: complete.sort(byAge), broken }
  }

  private async has(name: string): Promise<boolean> {
    return (await this.names()).includes(name)
  }

  private async unknown(name: string): Promise<NotFoundError> {
    return new NotFoundError('version', name, `there are: ${(await this.names()).join(', ') || 'none'}`)
  }

  private async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.directory, { withFileTypes: true })
      const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !entry.name.endsWith(ASIDE_SUFFIX))
      return folders.map(({ name }) => name).sort()
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw error
    }
  }

  /** A whole version stays; a damaged one of the same name goes. */
  private async makeWay(name: string): Promise<void> {
    if (!(await this.names()).includes(name)) return
    const { complete } = await this.survey()
    const version = complete.find(({ manifest }) => manifest.name === name)
    if (version && !(await damageOf(version))) throw new VersionExistsError(name)
    await remove(this.disk, this.directory, name)
  }
}

async function damageOf(version: StoredVersion): Promise<CorruptError | undefined> {
  try {
    await version.verify()
    return undefined
  } catch (error) {
    if (error instanceof CorruptError) return error
    throw error
  }
}

function assertDistinct(files: readonly string[]): void {
  const twice = files.find((name, i) => name === MANIFEST_FILE || files.indexOf(name) !== i)
  if (twice === undefined) return
  const rule = `the files of a version have names of their own, and ${MANIFEST_FILE} is the store's`
  throw new InvalidFieldError({ field: 'files', value: twice, rule, remedy: 'rename it' })
}
