import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { InvalidFieldError, systemClock, utf8 } from '@freshet/kernel'
import { openModelStore, VersionExistsError, type ManifestDraft, type ModelStore, type VersionChunk } from './index'

let root: string
let source: ModelStore
let target: ModelStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'freshet-versions-'))
  source = openModelStore(join(root, 'source'), { clock: systemClock })
  target = openModelStore(join(root, 'target'), { clock: systemClock })
  const files = [
    { name: 'table.safetensors', parts: [new Uint8Array(2_500_000).map((_, i) => i % 251)] },
    { name: 'rank.onnx', parts: [utf8('graph')] },
  ]
  await source.write({ manifest: DRAFT, files })
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('a version over the wire', () => {
  it('arrives as it left, manifest first, in chunks of at most a megabyte', async () => {
    const chunks = await chunksOf('v1')
    expect(chunks.map(({ file, offset }) => [file, offset])).toEqual([
      ['manifest.json', 0],
      ['table.safetensors', 0],
      ['table.safetensors', 1 << 20],
      ['table.safetensors', 2 << 20],
      ['rank.onnx', 0],
    ])
    expect(await receive(chunks)).toEqual((await source.open('v1')).manifest)
    expect(
      (await (await target.open('v1')).read('table.safetensors')).equals(await (await source.open('v1')).read('table.safetensors')),
    ).toBe(true)
  })

  it('arrives whatever the order, in parallel, and with chunks sent twice', async () => {
    const chunks = (await chunksOf('v1')).reverse()
    const reception = await target.receive('v1')
    await Promise.all([...chunks, chunks[1]].map((chunk) => reception.write(chunk)))
    expect(reception.received.get('table.safetensors')).toBe(2_500_000)
    await reception.seal()
    await (await target.open('v1')).verify()
  })

  it('is invisible until it is sealed, and gone once it is discarded', async () => {
    const reception = await target.receive('v1')
    for (const chunk of await chunksOf('v1')) await reception.write(chunk)
    expect(await target.list()).toEqual([])
    await reception[Symbol.asyncDispose]()
    expect(await readdir(join(root, 'target'))).toEqual([])
  })

  it('refuses a chunk that was flipped on its way, and takes it when it comes again', async () => {
    const chunks = await chunksOf('v1')
    const reception = await target.receive('v1')
    const flipped = { ...chunks[2], bytes: chunks[2].bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte)) }
    await expect(reception.write(flipped)).rejects.toThrow('v1/table.safetensors: the chunk at 1048576 has another CRC-32')
    for (const chunk of chunks) await reception.write(chunk)
    expect((await reception.seal()).name).toBe('v1')
  })

  it.each<[string, (chunks: VersionChunk[]) => VersionChunk[], string]>([
    ['a chunk in the middle', (chunks) => chunks.filter(({ offset }) => offset !== 1 << 20), 'v1/table.safetensors: its SHA-256 is'],
    [
      'the last chunk',
      (chunks) => chunks.filter(({ offset }) => offset !== 2 << 20),
      'v1/table.safetensors: it has 2097152 bytes, and 2500000',
    ],
    ['a file', (chunks) => chunks.filter(({ file }) => file !== 'rank.onnx'), 'v1/rank.onnx: it is missing'],
    ['the manifest', (chunks) => chunks.slice(1), 'v1/manifest.json: it was not sent'],
  ])('is not sealed without %s, and leaves nothing behind', async (_, lose, message) => {
    await expect(receive(lose(await chunksOf('v1')))).rejects.toThrow(message)
    expect(await readdir(join(root, 'target'))).toEqual([])
  })

  it('is not sealed with a file that its manifest does not name', async () => {
    const stray = { ...(await chunksOf('v1'))[4], file: 'other.bin' }
    await expect(receive([...(await chunksOf('v1')), stray])).rejects.toThrow('v1/other.bin: the manifest does not name it')
  })

  it('is not sealed under another name', async () => {
    const reception = await target.receive('v2')
    for (const chunk of await chunksOf('v1')) await reception.write(chunk)
    await expect(reception.seal()).rejects.toThrow(`v2/manifest.json: it belongs to version 'v1'`)
  })

  it('does not replace a version that is whole', async () => {
    const chunks = await chunksOf('v1')
    await receive(chunks)
    await expect(receive(chunks)).rejects.toThrow(VersionExistsError)
    expect(await readdir(join(root, 'target'))).toEqual(['v1'])
  })

  it.each<[string, Partial<VersionChunk>]>([
    ['a path', { file: '../../evil' }],
    ['an offset below zero', { offset: -1 }],
    ['a fraction', { offset: 0.5 }],
    ['an offset far beyond its bound', { offset: 2 ** 50 }],
  ])('refuses %s from the sender', async (_, change) => {
    const reception = await target.receive('v1')
    const bytes = utf8('x')
    await expect(reception.write({ file: 'a', offset: 0, bytes, crc32: crc32(bytes), ...change })).rejects.toThrow(InvalidFieldError)
    await reception.discard()
  })

  it('counts all files against its bound', async () => {
    const reception = await target.receive('v1', { bytesMax: 10 })
    const chunk = (file: string) => ({ file, offset: 0, bytes: new Uint8Array(6), crc32: crc32(new Uint8Array(6)) })
    await reception.write(chunk('a'))
    await reception.write(chunk('a'))
    await expect(reception.write(chunk('b'))).rejects.toThrow('a version that is received has at most 10 bytes')
    await reception.discard()
  })
})

const DRAFT: ManifestDraft = {
  ...{ name: 'v1', journalOffset: 1, dictionaryHash: 'd', pins: {}, epoch: 1, owner: 'a', positions: [], contains: [] },
  ...{ step: 3, chain: '0'.repeat(16), digest: 'f'.repeat(64), parent: '', model: '{}' },
}

async function chunksOf(name: string): Promise<VersionChunk[]> {
  const chunks: VersionChunk[] = []
  for await (const chunk of (await source.open(name)).chunks()) chunks.push(chunk)
  return chunks
}

async function receive(chunks: readonly VersionChunk[]) {
  const reception = await target.receive('v1')
  for (const chunk of chunks) await reception.write(chunk)
  return reception.seal()
}
