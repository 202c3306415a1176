import * as node from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CorruptError, NotFoundError, systemClock, textOf, utf8 } from '@freshet/kernel'
import { disturbedDisk, refuseIf } from './disturbed-disk.fixture'
import { openModelStore, safetensorsParts, tensorOf, type Manifest, type ModelStore, valuesOf, type Disk } from './index'
import { manifestText } from './manifest'

let directory: string
let store: ModelStore
beforeEach(async () => {
  directory = await node.mkdtemp(join(tmpdir(), 'freshet-increments-'))
  store = openModelStore(directory, { clock: systemClock })
})
afterEach(() => node.rm(directory, { recursive: true, force: true }))

/** The digest that a version says: a function of its name. */
const digestOf = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0')

/** A version: full without a parent. Each has a table of one number, and full ones a graph. */
async function write(name: string, journalOffset: number, parent = '', disk?: Disk): Promise<Manifest> {
  const table = { name: 't.safetensors', parts: safetensorsParts([tensorOf(name, Uint32Array.of(journalOffset))]) }
  const graph = { name: 'graph.onnx', parts: [utf8(`graph of ${name}`)] }
  return openModelStore(directory, { clock: systemClock, ...(disk && { disk }) }).write({
    manifest: {
      ...{ name, journalOffset, dictionaryHash: 'd', pins: {}, epoch: 1, owner: 'a', positions: [], contains: [], step: 3 },
      ...{ chain: '', digest: '', parent, model: '{}', kind: parent === '' ? 'full' : 'increment' },
      parentDigest: parent && digestOf(parent),
    },
    files: parent === '' ? [table, graph] : [table],
    digest: () => digestOf(name),
  })
}

/** Two full versions, one with two increments, the other with one. */
async function families(): Promise<void> {
  await write('f1', 1)
  await write('i2', 2, 'f1')
  await write('i3', 3, 'i2')
  await write('f4', 4)
  await write('i5', 5, 'f4')
}

const names = async (): Promise<string[]> => (await store.list()).map(({ name }) => name)
const broken = async (): Promise<string[]> => (await store.damaged()).map(({ name, error }) => `${name}: ${error.where}`)

async function flip(name: string, file: string): Promise<void> {
  const path = join(directory, name, file)
  const bytes = await node.readFile(path)
  bytes[bytes.length - 1] ^= 1
  await node.writeFile(path, bytes)
}

describe('an increment', () => {
  it('shows what lies below it first, layer by layer, and what it lacks as the full version has it', async () => {
    await families()
    const version = await store.open('i3')
    const layers: unknown[] = []
    for await (const tensor of version.layers('t.safetensors')) layers.push([tensor.name, ...valuesOf(tensor)])
    expect(layers).toEqual([
      ['f1', 1],
      ['i2', 2],
      ['i3', 3],
    ])
    expect(version.lineage.map(({ manifest }) => manifest.name)).toEqual(['f1', 'i2', 'i3'])
    expect(version.files).toEqual(['t.safetensors', 'graph.onnx'])
    expect(textOf(await version.read('graph.onnx'))).toBe('graph of f1')
    await expect(async () => {
      for await (const tensor of version.layers('other')) void tensor
    }).rejects.toThrow(NotFoundError)
  })

  it('says the digest that was known once its parts had been read', async () => {
    expect((await write('f1', 1)).digest).toBe(digestOf('f1'))
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['is gone', () => node.rm(join(directory, 'i2'), { recursive: true }), 'i2/manifest.json: it is missing'],
    ['is cut', () => node.truncate(join(directory, 'i2', 't.safetensors'), 3), 'i2/t.safetensors: it has 3 bytes'],
    ['is another one', () => reword('i2', { digest: digestOf('x') }), 'i3/manifest.json: it builds upon a version'],
    ['builds upon it', () => reword('i2', { parent: 'i3' }), `builds upon 'i3', which builds upon it`],
  ])('is refused where what it builds upon %s, and the chain before that is used', async (_, damage, message) => {
    await families()
    await damage()
    await expect(store.open('i3')).rejects.toThrow(CorruptError)
    await expect(store.open('i3')).rejects.toThrow(message)
    expect((await names()).slice(-2)).toEqual(['f4', 'i5'])
    expect(await names()).not.toContain('i3')
    expect(await names()).toContain('f1')
  })

  it('that has a flipped bit is passed over for the one before it, and so are those above it', async () => {
    await families()
    await flip('f4', 't.safetensors')
    await flip('i3', 't.safetensors')
    const { version, skipped } = await store.newestValid()
    expect(version?.manifest.name).toBe('i2')
    expect(skipped.map(({ name, error }) => [name, error.where])).toEqual([
      ['i5', 'f4/t.safetensors'],
      ['f4', 'f4/t.safetensors'],
      ['i3', 'i3/t.safetensors'],
    ])
  })

  it('reads manifests of before there were increments as full versions', async () => {
    await write('f1', 1)
    await reword('f1', { kind: undefined, parentDigest: undefined })
    expect(await store.list()).toMatchObject([{ name: 'f1', kind: 'full', parentDigest: '' }])
  })
})

describe('pruning', () => {
  it('counts full versions, and increments go with theirs', async () => {
    await families()
    expect(await store.prune(2)).toEqual([])
    expect(await store.prune(1)).toEqual(['f1', 'i2', 'i3'])
    expect(await names()).toEqual(['f4', 'i5'])
  })

  it('keeps what a referenced increment builds upon, and nothing above it', async () => {
    await families()
    expect(await store.prune(1, ({ name }) => name === 'i2')).toEqual(['i3'])
    expect(await names()).toEqual(['f1', 'i2', 'f4', 'i5'])
  })

  it('leaves no increment without what it builds upon, wherever the process stops', async () => {
    const calls = 6 // three folders are renamed and removed
    for (let last = 0; last <= calls; last++) {
      await families()
      const disk = disturbedDisk(directory, (count) => refuseIf(count >= last, 'EIO'))
      const pruning = openModelStore(directory, { clock: systemClock, disk }).prune(1)
      if (last < calls) await expect(pruning).rejects.toThrow('EIO')
      else expect(await pruning).toHaveLength(3)
      expect(await broken()).toEqual([])
      await store.prune(1)
      expect(await node.readdir(directory)).toEqual(['f4', 'i5'])
      await node.rm(directory, { recursive: true })
    }
  })
})

describe('a writer that is gone after any of its calls', () => {
  it.each([
    ['a full version', ''],
    ['an increment', 'f1'],
  ])('leaves %s whole or not there, and what it left is swept', async (_, parent) => {
    let calls = 0
    await write('f1', 1)
    await write('v2', 2, parent, disturbedDisk(directory, () => void calls++)) // prettier-ignore
    await node.rm(join(directory, 'v2'), { recursive: true })
    expect(calls).toBeGreaterThan(9)
    for (let last = 0; last <= calls; last++) {
      const gone = disturbedDisk(directory, (count) => refuseIf(count >= last, 'EIO'))
      await write('v2', 2, parent, gone).catch(() => undefined)
      expect(await broken()).toEqual([])
      const { version } = await store.newestValid()
      expect(version?.manifest.name).toBe((await names()).includes('v2') ? 'v2' : 'f1')
      const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 7_200_000 }
      await openModelStore(directory, { clock: later }).prune(9)
      expect((await node.readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([])
      await node.rm(join(directory, 'v2'), { recursive: true, force: true })
    }
  })
})

async function reword(name: string, change: object): Promise<void> {
  const path = join(directory, name, 'manifest.json')
  const { sha256: _, ...manifest } = JSON.parse(await node.readFile(path, 'utf8')) as Manifest & { sha256: string }
  await node.writeFile(path, manifestText({ ...manifest, ...change }))
}
