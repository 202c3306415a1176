import type { trainer } from '@freshet/contracts/services'
import { CorruptError } from '@freshet/kernel'
import type { ModelStore } from '@freshet/model-store'

/** How versions are listed. */
export interface ListOptions {
  /** The one that rankers were turned to; empty: none. */
  readonly serving: string
  /** Whether every byte is held against what was written, and damaged versions are told. */
  readonly verify: boolean
}

/** The versions there are, oldest first; when they are verified, those of which not even the files are all there come before them. */
export async function listVersions(store: ModelStore, { serving, verify }: ListOptions): Promise<trainer.VersionSummary[]> {
  const broken = verify ? await store.damaged() : []
  const versions = broken.map(({ name, error }): trainer.VersionSummary => ({ ...UNREAD, version: name, damage: wordsOf(error) }))
  for (const { name, step, epoch, createdMs, digest, files } of await store.list()) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const damage = verify ? await damageOf(store, name) : ''
    versions.push({ version: name, step, epoch, createdMs, digest, bytes, serving: name === serving, damage })
  }
  return versions
}

/** Of a version whose manifest cannot be trusted. */
const UNREAD = { step: 0, epoch: 0, createdMs: 0, digest: '', bytes: 0, serving: false }

async function damageOf(store: ModelStore, name: string): Promise<string> {
  try {
    await (await store.open(name)).verify()
    return ''
  } catch (error) {
    if (error instanceof CorruptError) return wordsOf(error)
    throw error
  }
}

const wordsOf = ({ where, reason }: CorruptError): string => `${where}: ${reason}`
