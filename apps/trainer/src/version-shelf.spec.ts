import { createHash } from 'node:crypto'
import { rename, truncate } from 'node:fs/promises'
import { type ByteDigest, openTable, type Table, type TableScan } from '@freshet/embedding'
import { CorruptError } from '@freshet/kernel'
import { fakeClock, temporaryDirectory } from '@freshet/testing'
import type { DraftFacts, VersionDraft, VersionShelf } from '@freshet/training'
import { openVersionShelf } from './version-shelf'

const clock = fakeClock(1)
const empty = (): Table =>
  openTable({ width: 3, segments: [3], optimisers: [{ kind: 'sgd', learningRate: 0.1 }], rowScales: [0.1], seed: 4, pageBytes: 1024 })

function learn(table: Table, first: number, count: number): void {
  const ids = Uint32Array.from({ length: 2 * count }, (_, i) => first + (i >>> 1) + 1)
  table.learn(table.rowsOf(ids, count, { step: first }), new Float32Array(3 * count).fill(0.5), { rate: 1 })
}

function digestOf(table: Table): string {
  const hash = createHash('sha256')
  table.digestInto(hash)
  return hash.digest('hex')
}

const factsOf = (name: string, parent?: { name: string; digest: string }): DraftFacts => ({
  ...{ name, dictionaryHash: 'd', epoch: 1, owner: 'a', journalOffset: Number(name.slice(1)), positions: [1], contains: [0] },
  ...{ step: Number(name.slice(1)), chain: '00', createdMs: 1, pins: {}, model: '{}' },
  ...{ parent: parent?.name ?? '', parentDigest: parent?.digest ?? '', kind: parent ? 'increment' : 'full' },
})

function draftOf(scan: TableScan, kind: 'full' | 'increment'): VersionDraft {
  const hash = createHash('sha256')
  const { entries, slices } = kind === 'full' ? scan.whole() : scan.increment()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* slices(hash satisfies ByteDigest)
  }
  const tensors = { 'dense.safetensors': { dense: Float32Array.of(1, 2) } }
  const blobs: VersionDraft['blobs'] = kind === 'full' ? { 'rank.onnx': Uint8Array.of(7) } : {}
  return { tensors, documents: { 'journal.json': '{}' }, blobs, table: { entries, bytes }, digest: () => hash.copy().digest('hex') }
}

/** A full version and two increments of a table that goes on. */
async function family(shelf: VersionShelf): Promise<string[]> {
  const table = empty()
  const digests: string[] = []
  for (const [i, name] of ['v1', 'v2', 'v3'].entries()) {
    learn(table, 10 * i, 40)
    digests.push(digestOf(table))
    const scan = table.scan()
    const parent = i === 0 ? undefined : { name: `v${i}`, digest: digests[i - 1] }
    await shelf.save(factsOf(name, parent), draftOf(scan, parent ? 'increment' : 'full'))
    scan.close(true)
  }
  return digests
}

describe('a trainer’s versions in a directory', () => {
  it('open as what they were made of, increments above the full one', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openVersionShelf(directory.path, clock)
    const digests = await family(shelf)
    for (const [i, { name, digest, kind }] of (await shelf.list()).entries()) {
      expect([digest, kind]).toEqual([digests[i], i === 0 ? 'full' : 'increment'])
      const { contents } = await shelf.load(name)
      const table = empty()
      await table.restoreFrom(contents.table)
      expect(digestOf(table)).toBe(digest)
      expect(contents).toMatchObject({ documents: { 'journal.json': '{}' }, blobs: { 'rank.onnx': Buffer.of(7) } })
      expect(contents.tensors['dense.safetensors'].dense).toEqual(Float32Array.of(1, 2))
    }
  })

  it('name the increment that was cut, and are whole before it', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openVersionShelf(directory.path, clock)
    await family(shelf)
    await truncate(directory.within('v2', 'table.safetensors'), 100)
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['v1'])
    expect((await shelf.damaged()).map(({ version, reason }) => [version, reason.split(':')[0]])).toEqual([
      ['v2', 'v2/table.safetensors'],
      ['v3', 'v2/table.safetensors'],
    ])
    await expect(shelf.load('v3')).rejects.toThrow(CorruptError)
  })

  it('say by what records they know their log, where they do', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openVersionShelf(directory.path, clock)
    const lastRead = { journal: { offset: 0, checksum: '00ff' }, examples: [{ offset: 8, checksum: 'ab' }, null] }
    await shelf.save({ ...factsOf('v1'), lastRead }, draftOf(empty().scan(), 'full'))
    await shelf.save(factsOf('v2'), draftOf(empty().scan(), 'full'))
    expect((await shelf.list()).map((facts) => facts.lastRead)).toEqual([lastRead, undefined])
    expect((await shelf.load('v1')).facts.lastRead).toEqual(lastRead)
  })

  it('are set aside one by one, increments before what they build upon', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openVersionShelf(directory.path, clock)
    const [, , third] = await family(shelf)
    await shelf.setAside('v3')
    await shelf.setAside('v3')
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['v1', 'v2'])
    expect(await shelf.damaged()).toEqual([])
    await rename(directory.within(`v3-${third.slice(0, 12)}.aside`), directory.within('v3'))
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['v1', 'v2', 'v3'])
  })

  it('stay as long as one is served that builds upon them', async () => {
    await using directory = await temporaryDirectory()
    const shelf = openVersionShelf(directory.path, clock)
    await family(shelf)
    const table = empty()
    learn(table, 1, 3)
    await shelf.save(factsOf('v4'), draftOf(table.scan(), 'full'))
    await shelf.prune(1, 'v2')
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['v1', 'v2', 'v4'])
    await shelf.prune(1)
    expect((await shelf.list()).map(({ name }) => name)).toEqual(['v4'])
  })
})
