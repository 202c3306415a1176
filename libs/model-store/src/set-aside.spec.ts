import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CorruptError, InvalidFieldError, NotFoundError, utf8 } from '@freshet/kernel'
import { fakeClock, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { type ManifestDraft, type ModelStore, openModelStore } from './index'
import { type Manifest, manifestText } from './manifest'

const LAST_READ = { journal: { offset: 4, checksum: '00000000000000ff' }, examples: [{ offset: 0, checksum: 'ab' }, null] }
const DIGEST = '0123456789abcdef'.repeat(4)

const draft = (name: string, over: Partial<ManifestDraft> = {}): ManifestDraft => ({
  ...{ name, journalOffset: 5, dictionaryHash: 'd', pins: {}, epoch: 1, owner: 'a', positions: [1, 0], contains: [0, -1] },
  ...{ step: 3, chain: '0'.repeat(16), digest: DIGEST, parent: '', model: '{}' },
  ...over,
})

let directory: TemporaryDirectory
let store: ModelStore
beforeEach(async () => {
  directory = await temporaryDirectory()
  store = openModelStore(directory.path, { clock: fakeClock(1) })
})
afterEach(() => directory[Symbol.asyncDispose]())

const write = (name: string, over: Partial<ManifestDraft> = {}) =>
  store.write({ manifest: draft(name, over), files: [{ name: 'state.bin', parts: [utf8(name)] }] })
const names = async (): Promise<string[]> => (await store.list()).map(({ name }) => name)

describe('a version that is set aside', () => {
  it('is there for nobody, and not gone: under its old name it is a version again', async () => {
    await write('v1')
    await write('v2')
    await store.setAside('v2')
    expect([await names(), await store.damaged(), (await store.newestValid()).version?.manifest.name]).toEqual([['v1'], [], 'v1'])
    await expect(store.open('v2')).rejects.toThrow(NotFoundError)
    await rename(directory.within('v2-0123456789ab.aside'), directory.within('v2'))
    expect((await (await store.open('v2')).read('state.bin')).toString()).toBe('v2')
  })

  it('is neither counted nor removed where old ones are, and leaves its name to another', async () => {
    await write('v1')
    await store.setAside('v1')
    await write('v1', { digest: 'e'.repeat(64) })
    await write('v2', { journalOffset: 6 })
    expect(await store.prune(1)).toEqual(['v1'])
    expect((await readdir(directory.path)).sort()).toEqual(['v1-0123456789ab.aside', 'v2'])
  })

  it('may be set aside again, and by two at once', async () => {
    for (let i = 0; i < 2; i++) {
      await write('v1')
      await Promise.all([store.setAside('v1'), store.setAside('v1')])
    }
    await store.setAside('v1')
    expect(await readdir(directory.path)).toEqual(['v1-0123456789ab.aside'])
    expect(await readFile(directory.within('v1-0123456789ab.aside', 'state.bin'), 'utf8')).toBe('v1')
  })

  it('is one that is whole, of a plain name', async () => {
    await write('v1')
    await writeFile(directory.within('v1', 'state.bin'), 'cut')
    await expect(store.setAside('v1')).rejects.toThrow(CorruptError)
    await expect(store.setAside('../v1')).rejects.toThrow(InvalidFieldError)
  })
})

describe('what a manifest says of the log', () => {
  it('is kept, and need not be said: earlier releases did not', async () => {
    await write('v1', { lastRead: LAST_READ })
    await write('v2', { journalOffset: 6 })
    expect((await store.list()).map(({ lastRead }) => lastRead)).toEqual([LAST_READ, undefined])
  })

  it.each([
    ['no place', { journal: { checksum: 'ab' }, examples: [] }],
    ['no list', { journal: null }],
    ['a number for a checksum', { journal: null, examples: [{ offset: 1, checksum: 7 }] }],
    ['nothing', null],
  ])('is refused where it has %s', async (_, lastRead) => {
    await write('v1', { lastRead: LAST_READ })
    const file = join(directory.path, 'v1', 'manifest.json')
    const { sha256: _seal, ...manifest } = JSON.parse(await readFile(file, 'utf8')) as Manifest & { sha256: string }
    await writeFile(file, manifestText(Object.assign(manifest, { lastRead })))
    await expect(store.open('v1')).rejects.toThrow("v1/manifest.json: field 'lastRead' is missing or of the wrong type")
  })
})
