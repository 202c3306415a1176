import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as node from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, utf8 } from '@freshet/kernel'
import { disturbedDisk, refuseIf } from './disturbed-disk.fixture'
import { openModelStore, StorageFullError, VersionExistsError, type FileDraft, type ManifestDraft } from './index'

let directory: string
beforeEach(async () => {
  directory = await node.mkdtemp(join(tmpdir(), 'freshet-versions-'))
  await openModelStore(directory, { clock: systemClock }).write({ manifest: draft('v1', 1), files: files() })
})
afterEach(() => node.rm(directory, { recursive: true, force: true }))

describe('a writer that is killed', () => {
  it.each(['within a file', 'between two files'])('%s leaves the version before as the newest', async (moment) => {
    await killedWriter(moment)
    const store = openModelStore(directory, { clock: systemClock })
    expect((await store.list()).map(({ name }) => name)).toEqual(['v1'])
    expect(await store.newestValid()).toMatchObject({ version: { manifest: { name: 'v1' } }, skipped: [] })
    expect(await node.readdir(directory)).toHaveLength(2)
    const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 7_200_000 }
    await openModelStore(directory, { clock: later }).prune(3)
    expect(await node.readdir(directory)).toEqual(['v1'])
  })

  it('does not keep the next one from writing the same version', async () => {
    await killedWriter('within a file')
    const store = openModelStore(directory, { clock: systemClock })
    await store.write({ manifest: draft('v2', 2), files: files() })
    expect((await store.newestValid()).version?.manifest.name).toBe('v2')
  })
})

describe('a disk that fails', () => {
  it('shows v1 or v2, never a half, wherever the process stops between two of its calls', async () => {
    const calls = await callsOfAWrite()
    for (let last = 0; last < calls.length; last++) {
      const stopping = disturbedDisk(directory, (count) => refuseIf(count > last, 'EIO'))
      await openModelStore(directory, { clock: systemClock, disk: stopping }).write({ manifest: draft('v2', 2), files: files() }).catch(() => undefined) // prettier-ignore
      const { version, skipped } = await openModelStore(directory, { clock: systemClock }).newestValid()
      expect(version?.manifest.name).toBe(calls.slice(0, last + 1).some((call) => call.startsWith('rename')) ? 'v2' : 'v1')
      expect(skipped).toEqual([])
      await node.rm(join(directory, 'v2'), { recursive: true, force: true })
    }
  })

  it('makes every file, then the folder, durable before the version gets its name, and the name after', async () => {
    const calls = await callsOfAWrite()
    expect(calls.filter((call) => !/^(write|open)/.test(call))).toEqual([
      ...['mkdir', 'sync state.bin', 'sync graph.onnx', 'sync manifest.json', 'sync folder', 'rename v2', 'sync shelf'],
    ])
  })

  it.each(['ENOSPC', 'EDQUOT'])('says that it is full (%s) and keeps nothing of the version', async (code) => {
    for (let room = 0; room < 6; room++) {
      let writes = 0
      const full = disturbedDisk(directory, (_, call) => refuseIf(call.startsWith('write') && writes++ >= room, code))
      const store = openModelStore(directory, { clock: systemClock, disk: full })
      const writing = store.write({ manifest: draft('v2', 2), files: files() })
      const outcome = await writing.catch((error: unknown) => error)
      if (room < 4) expect(outcome).toBeInstanceOf(StorageFullError)
      if (room < 4) expect(outcome).toHaveProperty('message', expect.stringContaining(`no space is left in ${directory} for version 'v2'`))
      expect(await node.readdir(directory)).toEqual(room < 4 ? ['v1'] : ['v1', 'v2'])
      await node.rm(join(directory, 'v2'), { recursive: true, force: true })
    }
  })
})

describe('a stream that meets a full disk', () => {
  it('says so, and leaves nothing once it is given up', async () => {
    const bytes = utf8('abc')
    const disk = disturbedDisk(directory, (_, call) => refuseIf(call === 'write chunk', 'ENOSPC'))
    const reception = await openModelStore(directory, { clock: systemClock, disk }).receive('v2')
    const chunk = { file: 'chunk', offset: 0, bytes, crc32: crc32(bytes) }
    await expect(reception.write(chunk)).rejects.toThrow(StorageFullError)
    await reception.discard()
    expect(await node.readdir(directory)).toEqual(['v1'])
  })
})

describe('several processes on one directory', () => {
  it('let exactly one of two writers of a name have it', async () => {
    const stores = [1, 2].map(() => openModelStore(directory, { clock: systemClock }))
    const outcomes = await Promise.allSettled(stores.map((store) => store.write({ manifest: draft('v2', 2), files: files() })))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(outcomes).toContainEqual({ status: 'rejected', reason: expect.any(VersionExistsError) })
    expect(await node.readdir(directory)).toEqual(['v1', 'v2'])
  })

  it('may prune at once', async () => {
    const stores = [1, 2, 3].map(() => openModelStore(directory, { clock: systemClock }))
    await Promise.all(stores.map((store) => store.prune(0)))
    expect(await node.readdir(directory)).toEqual([])
  })
})

/** Starts a process that writes v2, waits until it is at the given moment, and kills it. */
async function killedWriter(moment: string): Promise<void> {
  const child = spawn(process.execPath, ['-C', '@freshet/source', '-e', WRITER, directory, moment], {
    cwd: __dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
}

async function callsOfAWrite(): Promise<string[]> {
  const calls: string[] = []
  const disk = disturbedDisk(directory, (_, call) => void calls.push(call))
  await openModelStore(directory, { clock: systemClock, disk }).write({ manifest: draft('v2', 2), files: files() })
  await node.rm(join(directory, 'v2'), { recursive: true })
  return calls
}

function draft(name: string, journalOffset: number): ManifestDraft {
  return {
    ...{ name, journalOffset, dictionaryHash: 'd', pins: {}, epoch: 1, owner: 'a', positions: [], contains: [] },
    ...{ step: 3, chain: '0'.repeat(16), digest: 'f'.repeat(64), parent: '', model: '{}' },
  }
}

const files = (): FileDraft[] => [
  { name: 'state.bin', parts: [utf8('abc'), utf8('def')] },
  { name: 'graph.onnx', parts: [utf8('graph')] },
]

/** A process of its own, from source: it writes half of v2, says so, and waits for its end. */
const WRITER = `
  const fs = require('node:fs')
  const { transformSync } = require('@swc/core')
  const options = require('../../../tools/jest/swc.cjs')
  require.extensions['.ts'] = (module, filename) =>
    module._compile(transformSync(fs.readFileSync(filename, 'utf8'), { ...options, filename }).code, filename)
  const { openModelStore } = require('./index.ts')
  const { systemClock } = require('@freshet/kernel')
  const [, directory, moment] = process.argv
  async function* parts() {
    if (moment === 'within a file') yield new Uint8Array(1 << 20)
    process.stdout.write('here')
    await systemClock.sleep(60_000)
  }
  const files = [{ name: 'state.bin', parts: [new Uint8Array(9)] }, { name: 'table.safetensors', parts: parts() }]
  openModelStore(directory, { clock: systemClock }).write({ manifest: ${JSON.stringify(draft('v2', 2))}, files })
`
