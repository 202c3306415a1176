import { type Clock, textOf, utf8 } from '@freshet/kernel'
import {
  type FileDraft,
  type Manifest,
  openModelStore,
  type StoredVersion,
  safetensorsHeader,
  safetensorsParts,
  tensorOf,
  valuesOf,
} from '@freshet/model-store'
import {
  type DraftFacts,
  TABLE_FILE,
  type Tensors,
  type VersionContents,
  type VersionDraft,
  type VersionFacts,
  type VersionShelf,
} from '@freshet/training'

/** A trainer's versions as folders of standard files: `*.safetensors`, `*.json`, `*.onnx`. */
export function openVersionShelf(directory: string, clock: Clock): VersionShelf {
  const store = openModelStore(directory, { clock })
  return {
    async save(facts, draft) {
      await store.write({ manifest: { ...draftOf(facts), digest: '' }, files: [...filesOf(draft)], digest: draft.digest })
    },

    async list() {
      return (await store.list()).map(factsOf)
    },

    async load(name) {
      const version = await store.open(name)
      return { facts: factsOf(version.manifest), contents: await contentsOf(version) }
    },

    async damaged() {
      return (await store.damaged()).map(({ name, error }) => ({ version: name, reason: error.message }))
    },

    async setAside(name) {
      await store.setAside(name)
    },

    async prune(keep, serving) {
      await store.prune(keep, ({ name }) => name === serving)
    },
  }
}

const draftOf = (facts: Omit<DraftFacts, 'createdMs'>) => ({
  name: facts.name,
  dictionaryHash: facts.dictionaryHash,
  pins: facts.pins,
  epoch: facts.epoch,
  owner: facts.owner,
  journalOffset: facts.journalOffset,
  positions: facts.positions,
  contains: facts.contains,
  step: facts.step,
  chain: facts.chain,
  parent: facts.parent,
  kind: facts.kind,
  parentDigest: facts.parentDigest,
  model: facts.model,
  lastRead: facts.lastRead,
})

const factsOf = (manifest: Manifest): VersionFacts => ({
  ...draftOf(manifest),
  digest: manifest.digest,
  createdMs: manifest.createdMs,
})

function* filesOf({ tensors, table, documents, blobs }: VersionDraft): Iterable<FileDraft> {
  yield { name: TABLE_FILE, parts: tableParts(table) }
  for (const [name, file] of Object.entries(tensors)) {
    yield { name, parts: safetensorsParts(Object.entries(file).map(([tensor, values]) => tensorOf(tensor, values))) }
  }
  for (const [name, text] of Object.entries(documents)) yield { name, parts: [utf8(text)] }
  for (const [name, bytes] of Object.entries(blobs)) yield { name, parts: [bytes] }
}

async function* tableParts({ entries, bytes }: VersionDraft['table']): AsyncGenerator<Uint8Array> {
  yield safetensorsHeader(entries)
  yield* bytes()
}

async function contentsOf(version: StoredVersion): Promise<VersionContents> {
  const tensors: Record<string, Tensors> = {}
  const documents: Record<string, string> = {}
  const blobs: Record<string, Uint8Array> = {}
  for (const name of version.files) {
    if (name === TABLE_FILE) continue
    if (name.endsWith('.safetensors')) tensors[name] = await tensorsOf(version, name)
    else if (name.endsWith('.json')) documents[name] = textOf(await version.read(name))
    else blobs[name] = await version.read(name)
  }
  return { tensors, documents, blobs, table: version.layers(TABLE_FILE) }
}

async function tensorsOf(version: StoredVersion, file: string): Promise<Tensors> {
  const entries: [string, Tensors[string]][] = []
  for await (const tensor of version.tensors(file)) entries.push([tensor.name, valuesOf(tensor)])
  return Object.fromEntries(entries)
}
