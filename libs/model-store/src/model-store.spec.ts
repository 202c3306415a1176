import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CorruptError, InvalidFieldError, NotFoundError, utf8, type Clock } from '@freshet/kernel'
import {
  openModelStore,
  safetensorsParts,
  tensorOf,
  valuesOf,
  VersionExistsError,
  type ManifestDraft,
  type ModelStore,
  type StoredVersion,
  type TensorValues,
} from './index'
import { type Manifest, manifestText } from './manifest'

const NOW_MS = Date.UTC(2026, 0, 1)
const clock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => 0, sleep: async () => undefined }

let directory: string
let store: ModelStore
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'freshet-versions-'))
  store = openModelStore(directory, { clock })
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('write', () => {
  it('adds schema, time, sizes and digests to what the writer says', async () => {
    const manifest = await write('v1', 5)
    expect(manifest).toEqual({
      ...{ ...draft('v1', 5), schema: 3, createdMs: NOW_MS },
      files: [
        { name: 'state.bin', bytes: 6, sha256: createHash('sha256').update('abcdef').digest('hex') },
        { name: 'graph.onnx', bytes: 2, sha256: createHash('sha256').update('v1').digest('hex') },
      ],
    })
    const written: unknown = JSON.parse(await readFile(join(directory, 'v1', 'manifest.json'), 'utf8'))
    expect(written).toEqual({ ...manifest, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
  })

  it('takes parts as they are produced, one after the other', async () => {
    async function* parts() {
      for (let i = 0; i < 3; i++) yield new Uint8Array(1000).fill(i)
    }
    const { files } = await store.write({ manifest: draft('v1', 1), files: [{ name: 'table.safetensors', parts: parts() }] })
    expect(files[0].bytes).toBe(3000)
    expect((await (await store.open('v1')).read('table.safetensors'))[2500]).toBe(2)
  })

  it('leaves nothing but the versions in the directory', async () => {
    await write('v1', 5)
    await expect(store.write({ manifest: draft('v2', 6), files: [{ name: 'a', parts: failing() }] })).rejects.toThrow(CorruptError)
    expect(await readdir(directory)).toEqual(['v1'])
  })

  it('never changes a version that is whole, and replaces one that is not', async () => {
    await write('v1', 5)
    await expect(write('v1', 6)).rejects.toThrow(VersionExistsError)
    await writeFile(join(directory, 'v1', 'state.bin'), 'abcdeX')
    await write('v1', 6)
    expect((await store.list()).map(({ journalOffset }) => journalOffset)).toEqual([6])
  })

  it.each(['', '../v1', 'a/b', '.hidden', 'a'.repeat(129)])('refuses the name %p, for a version and for a file', async (name) => {
    await expect(write(name, 1)).rejects.toThrow(InvalidFieldError)
    await expect(store.write({ manifest: draft('v1', 1), files: [{ name, parts: [] }] })).rejects.toThrow(InvalidFieldError)
    await expect(store.receive(name)).rejects.toThrow(InvalidFieldError)
    expect(await readdir(directory)).toEqual([])
  })

  it.each([[['a', 'a']], [['manifest.json']]])('refuses files named %p', async (names) => {
    const files = names.map((name) => ({ name, parts: [] }))
    await expect(store.write({ manifest: draft('v1', 1), files })).rejects.toThrow('have names of their own')
  })
})

describe('list', () => {
  it('is empty where the directory does not exist', async () => {
    expect(await openModelStore(join(directory, 'none'), { clock }).list()).toEqual([])
  })

  it('goes by what versions contain of the journal, oldest first', async () => {
    await write('b', 9)
    await write('a', 10)
    await write('c', 2)
    expect(await names()).toEqual(['c', 'b', 'a'])
  })

  it('leaves out what is not complete', async () => {
    for (const name of ['v1', 'v2', 'v3', 'v4']) await write(name, 1)
    await truncate(join(directory, 'v1', 'state.bin'), 3)
    await rm(join(directory, 'v2', 'graph.onnx'))
    await rm(join(directory, 'v3', 'manifest.json'))
    await writeFile(join(directory, 'stray file'), '')
    expect(await names()).toEqual(['v4'])
  })
})

describe('open', () => {
  it('reads whole files, pieces, and tensors', async () => {
    const dense = Float32Array.from({ length: 600_000 }, (_, i) => i)
    const tensors = [tensorOf('dense', dense), tensorOf('step', Uint32Array.of(7))]
    await store.write({ manifest: draft('v1', 1), files: [{ name: 'dense.safetensors', parts: safetensorsParts(tensors) }] })
    const version = await store.open('v1')
    const read = new Map<string, TensorValues>()
    for await (const tensor of version.tensors('dense.safetensors')) read.set(tensor.name, valuesOf(tensor))
    expect([...read.keys()]).toEqual(['dense', 'step'])
    expect(dense.every((value, i) => read.get('dense')?.[i] === value)).toBe(true)
    expect(read.get('step')).toEqual(Uint32Array.of(7))
    const pieces: Buffer[] = []
    for await (const piece of version.stream('dense.safetensors')) pieces.push(piece)
    expect(pieces.map(({ length }) => length)).toEqual([1 << 20, 1 << 20, expect.any(Number)])
    expect(Buffer.concat(pieces).equals(await version.read('dense.safetensors'))).toBe(true)
  })

  it('names the version that does not exist, and those that do', async () => {
    await write('v1', 1)
    await expect(store.open('v2')).rejects.toThrow(NotFoundError)
    await expect(store.open('v2')).rejects.toThrow(`version 'v2' does not exist; there are: v1`)
    await expect((await store.open('v1')).read('other')).rejects.toThrow(NotFoundError)
  })

  it.each<[string, (at: string) => Promise<void>, string]>([
    ['a manifest that is missing', (at) => rm(join(at, 'manifest.json')), 'v1/manifest.json: it is missing'],
    ['a manifest that is cut', (at) => truncate(join(at, 'manifest.json'), 20), 'v1/manifest.json: it is no JSON object'],
    ['a manifest of an older schema', (at) => edit(at, { schema: 2 }), 'v1/manifest.json: schema is 2, and this code reads 3'],
    ['a manifest of a newer schema', (at) => edit(at, { schema: 4 }), 'v1/manifest.json: schema is 4, and this code reads 3'],
    ['a manifest without a field', (at) => edit(at, { chain: undefined }), `v1/manifest.json: field 'chain' is missing`],
    ['the manifest of another version', (at) => edit(at, { name: 'v7' }), `v1/manifest.json: it belongs to version 'v7'`],
    ['a file that is missing', (at) => rm(join(at, 'graph.onnx')), 'v1/graph.onnx: it is missing'],
    ['a file that is cut', (at) => truncate(join(at, 'state.bin'), 4), 'v1/state.bin: it has 4 bytes, and 6 were written'],
  ])('refuses %s, by name', async (_, damage, message) => {
    await write('v1', 1)
    await damage(join(directory, 'v1'))
    await expect(store.open('v1')).rejects.toThrow(CorruptError)
    await expect(store.open('v1')).rejects.toThrow(message)
  })

  it('notices any bit that is flipped in what a manifest says, and passes over what stands between it', async () => {
    const manifest = await write('v1', 1)
    const path = join(directory, 'v1', 'manifest.json')
    const { length } = await readFile(path)
    const unnoticed: number[] = []
    for (let at = 0; at < length; at++) {
      await flip(path, at)
      const read = await store.open('v1').catch((error: unknown) => error)
      if (!(read instanceof CorruptError)) {
        expect((read as StoredVersion).manifest).toEqual(manifest)
        unnoticed.push(at)
      }
      await flip(path, at)
    }
    expect(unnoticed.length).toBeLessThan(0.1 * length)
  })

  it('notices one flipped bit wherever it is read', async () => {
    const tensors = safetensorsParts([tensorOf('a', new Float32Array(400_000))])
    await store.write({ manifest: draft('v1', 1), files: [{ name: 't.safetensors', parts: tensors }] })
    const version = await store.open('v1')
    await flip(join(directory, 'v1', 't.safetensors'), 1_200_000)
    const message = /v1\/t\.safetensors: its SHA-256 is [0-9a-f]{64}, and [0-9a-f]{64} was written/
    await expect(version.read('t.safetensors')).rejects.toThrow(message)
    await expect(drain(version.stream('t.safetensors'))).rejects.toThrow(message)
    await expect(drain(version.tensors('t.safetensors'))).rejects.toThrow(message)
    await expect(version.verify()).rejects.toThrow(message)
  })
})

describe('newestValid', () => {
  it('is absent where there is none', async () => {
    expect(await store.newestValid()).toEqual({ skipped: [] })
  })

  it('passes over what is damaged, however, and says what and why', async () => {
    for (const [i, name] of ['v1', 'v2', 'v3', 'v4', 'v5'].entries()) await write(name, i)
    await flip(join(directory, 'v5', 'state.bin'), 2)
    await truncate(join(directory, 'v4', 'graph.onnx'), 1)
    await rm(join(directory, 'v3', 'manifest.json'))
    const { version, skipped } = await store.newestValid()
    expect(version?.manifest.name).toBe('v2')
    expect(skipped.map(({ name, error }) => [name, error.where])).toEqual([
      ['v3', 'v3/manifest.json'],
      ['v4', 'v4/graph.onnx'],
      ['v5', 'v5/state.bin'],
    ])
    expect((await store.damaged()).map(({ name }) => name)).toEqual(['v3', 'v4']) // without reading every byte
  })

  it('looks only at versions that the reader can use', async () => {
    for (const [i, name] of ['v1', 'v2', 'v3'].entries()) await write(name, i)
    const { version } = await store.newestValid(({ journalOffset }) => journalOffset < 2)
    expect(version?.manifest.name).toBe('v2')
  })
})

describe('prune', () => {
  beforeEach(async () => {
    for (const [i, name] of ['v1', 'v2', 'v3', 'v4'].entries()) await write(name, i)
  })

  it('keeps the newest', async () => {
    expect(await store.prune(3)).toEqual(['v1'])
    expect(await names()).toEqual(['v2', 'v3', 'v4'])
    expect(await store.prune(9)).toEqual([])
  })

  it('keeps what is referenced, however old', async () => {
    expect(await store.prune(1, ({ name }) => name === 'v2')).toEqual(['v1', 'v3'])
    expect(await names()).toEqual(['v2', 'v4'])
  })

  it('removes from under whoever looks at the versions, to whom none is damaged for that', async () => {
    for (let i = 5; i <= 30; i++) await write(`v${i}`, i)
    const [damaged, refused]: [unknown[], unknown[]] = [[], []]
    let isOver = false
    const pruning = store.prune(1).finally(() => (isOver = true))
    while (!isOver) {
      damaged.push(...(await store.damaged()))
      await store.open('v29').catch((error: unknown) => refused.push(error))
    }
    await pruning
    expect(damaged).toEqual([])
    expect(refused.every((error) => error instanceof NotFoundError)).toBe(true)
  })

  it('sweeps writings that nobody goes on with, and no others', async () => {
    const reception = await store.receive('v5')
    const abandoned = await store.receive('v6')
    await abandoned.write(chunk('a', 'x'))
    const [five, six] = (await readdir(directory)).filter((name) => name.startsWith('.')).sort()
    const twoHoursAgo = new Date(NOW_MS - 7_200_000)
    for (const path of [five, six, join(six, 'a')]) await utimes(join(directory, path), twoHoursAgo, twoHoursAgo)
    await reception.write(chunk('b', 'y'))
    await store.prune(9)
    expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([five])
    for (const each of [reception, abandoned]) await each.discard()
  })
})

const draft = (name: string, journalOffset: number): ManifestDraft => ({
  ...{ name, journalOffset, dictionaryHash: 'd', pins: { node: 'v20' }, epoch: 1, owner: 'a', positions: [1, 2], contains: [0, -1] },
  ...{ step: 3, chain: '0'.repeat(16), digest: 'f'.repeat(64), parent: '', parentDigest: '', kind: 'full', model: '{}' },
})

const write = (name: string, journalOffset: number) =>
  store.write({
    manifest: draft(name, journalOffset),
    files: [
      { name: 'state.bin', parts: [utf8('abc'), utf8('def')] },
      { name: 'graph.onnx', parts: [utf8(name.slice(0, 2))] },
    ],
  })

const names = async (): Promise<string[]> => (await store.list()).map(({ name }) => name)
const chunk = (file: string, text: string) => ({ file, offset: 0, bytes: utf8(text), crc32: text === 'x' ? 0x8cdc1683 : 0xfbdb2615 })

async function edit(at: string, change: object): Promise<void> {
  const { sha256: _, ...manifest } = JSON.parse(await readFile(join(at, 'manifest.json'), 'utf8')) as Manifest & { sha256: string }
  await writeFile(join(at, 'manifest.json'), manifestText({ ...manifest, ...change }))
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] ^= 1
  await writeFile(path, bytes)
}

async function* failing(): AsyncGenerator<Uint8Array, void> {
  yield utf8('some')
  throw new CorruptError('source', 'it broke', 'mend it')
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const piece of stream) void piece
}
