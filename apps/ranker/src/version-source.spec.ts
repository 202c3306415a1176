import { writeFile } from 'node:fs/promises'
import { openTable, type Table } from '@freshet/embedding'
import { startFold } from '@freshet/follow'
import { CorruptError, NotFoundError, utf8 } from '@freshet/kernel'
import { openModelStore, safetensorsHeader, safetensorsParts, tensorOf, type FileDraft } from '@freshet/model-store'
import { fakeClock, temporaryDirectory } from '@freshet/testing'
import { openVersionSource } from './version-source'

const clock = fakeClock(1)
const empty = (): Table => openTable({ width: 3, segments: [2, 1], rowScales: [0.1, 0], seed: 4 })
const PAIRS = Uint32Array.of(1, 10, 2, 20)

const MANIFEST = {
  ...{
    pins: {},
    dictionaryHash: '',
    epoch: 1,
    owner: 'a',
    journalOffset: 31,
    positions: [5],
    contains: [4],
    step: 12,
    chain: '',
    model: '{}',
  },
}

/** A version as a trainer leaves it. */
async function write(directory: string, name: string, more: Partial<Record<string, Uint8Array>> = {}): Promise<Table> {
  const table = empty()
  table.rowsOf(PAIRS, 2, { step: 1 })
  table.assign(PAIRS, 2, Float32Array.of(1, 2, 3, 4, 5, 6))
  const dense = [tensorOf('mean', new Float32Array(4)), tensorOf('dense', Float32Array.of(9, 8, 7, 6))]
  const files: Record<string, Iterable<Uint8Array>> = {
    'dense.safetensors': safetensorsParts(dense),
    'table.safetensors': safetensorsParts([...table.serialise()]),
    'journal.json': [utf8(JSON.stringify({ ...startFold(), step: 12 }))],
  }
  for (const [file, bytes] of Object.entries(more)) if (bytes) files[file] = [bytes]
  const drafts = Object.entries(files).map(([file, parts]): FileDraft => ({ name: file, parts }))
  const manifest = {
    ...{ name, dictionaryHash: '', pins: {}, epoch: 1, owner: 'a', journalOffset: 31, positions: [5], contains: [4] },
    ...{ step: 12, chain: '', digest: '', parent: '', model: '{}' },
  }
  await openModelStore(directory, { clock }).write({ manifest, files: drafts })
  return table
}

describe('versions as a ranker reads them', () => {
  it('hold dense parameters, rows, contents and the place in the journal', async () => {
    await using directory = await temporaryDirectory()
    const table = await write(directory.path, 'v12')
    const source = openVersionSource({ directory: directory.path, clock, openTable: empty })
    expect((await source.list()).map(({ name, step }) => [name, step])).toEqual([['v12', 12]])
    const version = await source.load('v12')
    expect(version).toMatchObject({ name: 'v12', step: 12, contains: [4], journalOffset: 31, journal: { ...startFold(), step: 12 } })
    expect([...version.dense]).toEqual([9, 8, 7, 6])
    const [expected, actual] = [new Float32Array(9), new Float32Array(9)]
    const asked = Uint32Array.of(...PAIRS, 7, 70) // an id that nobody has learned included
    table.gather(asked, 3, expected)
    version.table.gather(asked, 3, actual)
    expect(actual).toEqual(expected)
  })

  it('may be increments: the rows that were touched lie above those of the version before', async () => {
    await using directory = await temporaryDirectory()
    const table = empty()
    const store = openModelStore(directory.path, { clock })
    const manifest = { ...MANIFEST, digest: 'd1' }
    for (const kind of ['full', 'increment'] as const) {
      if (kind === 'full') table.assign(PAIRS, 2, Float32Array.of(1, 2, 3, 4, 5, 6))
      else table.assign(PAIRS, 1, Float32Array.of(10, 20, 30))
      const scan = table.scan()
      const { entries, slices } = kind === 'full' ? scan.whole() : scan.increment()
      const journal = { name: 'journal.json', parts: [utf8(JSON.stringify(startFold()))] }
      const dense = { name: 'dense.safetensors', parts: safetensorsParts([tensorOf('dense', Float32Array.of(9))]) }
      const rows = { name: 'table.safetensors', parts: [safetensorsHeader(entries), ...slices({ update: () => undefined })] }
      const place = kind === 'full' ? { name: 'v12', parent: '', parentDigest: '' } : { name: 'v13', parent: 'v12', parentDigest: 'd1' }
      await store.write({ manifest: { ...manifest, ...place, kind }, files: [rows, dense, journal] })
      scan.close(true)
    }
    const version = await openVersionSource({ directory: directory.path, clock, openTable: empty }).load('v13')
    const out = new Float32Array(6)
    version.table.gather(PAIRS, 2, out)
    expect([...out]).toEqual([10, 20, 30, 4, 5, 6])
  })

  it('have a table of their own each time', async () => {
    await using directory = await temporaryDirectory()
    await write(directory.path, 'v12')
    const source = openVersionSource({ directory: directory.path, clock, openTable: empty })
    const [first, second] = [await source.load('v12'), await source.load('v12')]
    first.table.assign(PAIRS, 1, Float32Array.of(0, 0, 0))
    const out = new Float32Array(3)
    second.table.gather(PAIRS, 1, out)
    expect([...out]).toEqual([1, 2, 3])
  })

  it('are none where there is no directory, and are not found by a name that does not exist', async () => {
    await using directory = await temporaryDirectory()
    const source = openVersionSource({ directory: directory.within('versions'), clock, openTable: empty })
    expect(await source.list()).toEqual([])
    await expect(source.load('v1')).rejects.toThrow(NotFoundError)
  })

  it.each<[string, Uint8Array]>([
    ['journal.json', utf8('{')],
    ['dense.safetensors', Buffer.concat([...safetensorsParts([tensorOf('other', new Float32Array(1))])])],
  ])('are refused with the name of %s where that is not what it should be', async (file, bytes) => {
    await using directory = await temporaryDirectory()
    await write(directory.path, 'v12', { [file]: bytes })
    const loading = openVersionSource({ directory: directory.path, clock, openTable: empty }).load('v12')
    await expect(loading).rejects.toThrow(CorruptError)
    await expect(loading).rejects.toThrow(`v12/${file}`)
  })

  it('are refused where a byte has flipped on the disk', async () => {
    await using directory = await temporaryDirectory()
    await write(directory.path, 'v12')
    const source = openVersionSource({ directory: directory.path, clock, openTable: empty })
    await writeFile(directory.within('v12', 'journal.json'), JSON.stringify({ ...startFold(), step: 13 }))
    await expect(source.load('v12')).rejects.toThrow(CorruptError)
  })
})
