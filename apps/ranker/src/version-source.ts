import type { Table } from '@freshet/embedding'
import type { JournalState } from '@freshet/follow'
import { CorruptError, textOf, type Clock } from '@freshet/kernel'
import { openModelStore, readSafetensors, valuesOf, type StoredVersion } from '@freshet/model-store'
import type { PlacedVersion, VersionSource } from '@freshet/ranking'

/** What versions are read with. */
export interface VersionSourceOptions {
  readonly directory: string
  readonly clock: Clock
  /** An empty table of the declared model. */
  readonly openTable: () => Table
}

/** The versions that a trainer keeps in a directory, as a ranker reads them: dense parameters, table and journal fold, no optimiser's. */
export function openVersionSource({ directory, clock, openTable }: VersionSourceOptions): VersionSource {
  const store = openModelStore(directory, { clock })
  return {
    list: () => store.list(),
    async load(name) {
      const stored = await store.open(name)
      const table = openTable()
      await table.restoreFrom(stored.layers(FILES.table))
      return placed(stored, table)
    },
  }
}

/** As libs/training writes them. */
const FILES = { dense: 'dense.safetensors', table: 'table.safetensors', journal: 'journal.json' } as const

async function placed(stored: StoredVersion, table: Table): Promise<PlacedVersion> {
  const { name, step, contains, journalOffset, lastRead } = stored.manifest
  const journal = parseJournal(name, textOf(await stored.read(FILES.journal)))
  return { name, step, contains, journalOffset, journalMark: lastRead?.journal, journal, table, dense: await readDense(stored) }
}

async function readDense(stored: StoredVersion): Promise<Float32Array> {
  const tensors = readSafetensors(await stored.read(FILES.dense), `${stored.manifest.name}/${FILES.dense}`)
  const dense = tensors.find(({ name }) => name === 'dense')
  const values = dense && valuesOf(dense)
  if (values instanceof Float32Array) return values
  throw new CorruptError(`${stored.manifest.name}/${FILES.dense}`, 'it has no Float32 tensor dense', REMEDY)
}

function parseJournal(version: string, text: string): JournalState {
  try {
    return JSON.parse(text) as JournalState
  } catch {
    throw new CorruptError(`${version}/${FILES.journal}`, 'it is no JSON', REMEDY)
  }
}

const REMEDY = 'remove the version; the one before it and the journal give the same state'
