import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL, TOPICS, type EventLog } from '@freshet/event-log'
import { copyEnvironment, PAGES_FILE } from '@freshet/event-log-embedded/lmdb'
import { UnavailableError } from '@freshet/kernel'
import { openModelStore, type Manifest } from '@freshet/model-store'
import { schemeOf } from '../config/engine-scheme'
import { systemCode } from '../errors/system-code'
import type { Runtime } from '../runtime/runtime'
import { copyDurably, filesBelow, keepDurably, revealDirectory, writeDurably } from './durable-files'
import { BACKUP_FILE, backupText, type BackedUpFile, type BackupManifest } from './manifest'

/** What a backup is made of, and where it goes. */
export interface BackUpOptions {
  readonly runtime: Pick<Runtime, 'directory' | 'config' | 'clock' | 'log'>
  /** A folder that is not there yet. */
  readonly target: string
  /** Told of each part before it is copied. */
  readonly onPart: (part: string) => void
}

const TRIES = 3

/**
 * Copies a data set's directory while its services run.
 *
 * What cites comes before what it cites: versions and the store first, then the journal, examples and touches, and `events` near the end. So
 * the copied log contains all that the copied states speak of, and what it has beyond them is done again, to the same identities.
 * An engine outside the directory (Kafka, Redis) is not copied: its own tools do that, the log's after this.
 *
 * throws  PreconditionError where the target is there already, DiskFullError, UnavailableError where versions come and go faster than they
 *         can be copied
 */
export async function backUp({ runtime, target, onPart }: BackUpOptions): Promise<BackupManifest> {
  const { directory, config, clock, log } = runtime
  const { name } = config
  const engines = { log: schemeOf(config.log), store: schemeOf(config.store) }
  let manifest: BackupManifest = { schema: 1, name, createdMs: clock.nowMs(), ...engines, files: [] }
  await revealDirectory(target, async (draft) => {
    for (let attempt = 1; ; attempt++) {
      const files = await copyAll({ from: directory, to: draft, onPart })
      if (await isWhole(draft, log, runtime)) {
        manifest = { ...manifest, files }
        return writeDurably(join(draft, BACKUP_FILE), backupText(manifest))
      }
      if (attempt === TRIES)
        throw new UnavailableError('a moment in which versions stay', 'set trainer.versionsKept higher, and back up again')
      for (const entry of await readdir(draft)) await rm(join(draft, entry), { recursive: true })
    }
  })
  return manifest
}

interface Copying {
  readonly from: string
  readonly to: string
  readonly onPart: (part: string) => void
}

/** What cites before what it cites; topics that are not named come last. */
const TOPICS_IN_ORDER: readonly string[] = [
  TOPICS.journal,
  TOPICS.examples,
  TOPICS.touches,
  TOPICS.deadLetter,
  TOPICS.replays,
  TOPICS.events,
  TOPICS.catalog,
  TOPICS.dictionaries,
]

async function copyAll(copying: Copying): Promise<BackedUpFile[]> {
  const { from } = copying
  const files: BackedUpFile[] = []
  for (const version of await namesIn(join(from, 'versions'))) files.push(...(await copyFolder(copying, join('versions', version))))
  for (const partition of await namesIn(join(from, 'snapshots'))) files.push(...(await copyFolder(copying, join('snapshots', partition))))
  const made = await namesIn(join(from, 'log'))
  const topics = [...TOPICS_IN_ORDER.filter((topic) => made.includes(topic)), ...made.filter((topic) => !TOPICS_IN_ORDER.includes(topic))]
  for (const place of ['store', ...topics.map((topic) => join('log', topic))]) {
    if (!existsSync(join(from, place, PAGES_FILE))) continue
    copying.onPart(place)
    await copyEnvironment(join(from, place), join(copying.to, place))
    const path = join(place, PAGES_FILE)
    files.push({ path, ...(await keepDurably(join(copying.to, path))) })
  }
  for (const path of ['meta.json', 'dictionary.yaml'])
    files.push({ path, ...(await copyDurably(join(from, path), join(copying.to, path))) })
  return files
}

/** A folder whose files never change once they are there; one that its owner lets go meanwhile is left out. */
async function copyFolder({ from, to, onPart }: Copying, folder: string): Promise<BackedUpFile[]> {
  onPart(folder)
  const files: BackedUpFile[] = []
  try {
    for (const path of await filesBelow(from, folder)) {
      if (path.endsWith(DRAFT)) continue
      files.push({ path, ...(await copyDurably(join(from, path), join(to, path))) })
    }
    return files
  } catch (error) {
    if (existsSync(join(from, folder)) && systemCode(error) !== 'ENOENT') throw error
    await rm(join(to, folder), { recursive: true, force: true })
    return []
  }
}

/** True where the log, as it begins now, leads on from a version that was copied; without versions, from its first record. */
async function isWhole(draft: string, log: EventLog, { clock }: BackUpOptions['runtime']): Promise<boolean> {
  const versions = await openModelStore(join(draft, 'versions'), { clock }).list()
  const journalFirst = await log.first(JOURNAL)
  if (versions.length === 0) return journalFirst === 0
  const firsts = await Promise.all(versions[0].positions.map((_, partition) => log.first({ topic: TOPICS.examples, partition })))
  const leadsOn = ({ journalOffset, positions }: Manifest): boolean =>
    journalOffset >= journalFirst && positions.every((position, partition) => position >= firsts[partition])
  return versions.some(leadsOn)
}

/** What is made under another name first starts with a dot. */
const namesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory).catch(() => [])).filter((name) => !name.startsWith('.')).sort()

const DRAFT = '.draft'
