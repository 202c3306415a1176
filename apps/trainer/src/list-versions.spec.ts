import { readFile, truncate, writeFile } from 'node:fs/promises'
import { openModelStore, type ManifestDraft } from '@freshet/model-store'
import { fakeClock, temporaryDirectory } from '@freshet/testing'
import { listVersions } from './list-versions'

const DIGEST = 'ab'.repeat(32)

const FACTS: Omit<ManifestDraft, 'name' | 'step'> = {
  ...{ dictionaryHash: 'd', epoch: 1, owner: 'a', journalOffset: 1, positions: [1], contains: [0] },
  ...{ chain: '0011223344556677', digest: DIGEST, pins: {}, model: '{}', kind: 'full', parent: '', parentDigest: '' },
}

/** Three versions of one file each: the first has lost half of it, the second has another bit in it. */
async function shelf(directory: string) {
  const store = openModelStore(directory, { clock: fakeClock(7) })
  for (const step of [1, 2, 3]) {
    const files = [{ name: 'dense.bin', parts: [new Uint8Array(1024).fill(step)] }]
    await store.write({ manifest: { ...FACTS, name: `v${step}`, step, journalOffset: step }, files })
  }
  await truncate(`${directory}/v1/dense.bin`, 512)
  const bytes = await readFile(`${directory}/v2/dense.bin`)
  bytes[700] ^= 1
  await writeFile(`${directory}/v2/dense.bin`, bytes)
  return store
}

describe('the list of versions', () => {
  it('says of each damaged one which file it is, when every byte is read', async () => {
    await using directory = await temporaryDirectory()
    const versions = await listVersions(await shelf(directory.path), { serving: 'v3', verify: true })
    expect(versions.map(({ version, step, serving, damage }) => [version, step, serving, damage])).toEqual([
      ['v1', 0, false, 'v1/dense.bin: it has 512 bytes, and 1024 were written'],
      ['v2', 2, false, expect.stringMatching(/^v2\/dense.bin: its SHA-256 is \w+, and \w+ was written$/)],
      ['v3', 3, true, ''],
    ])
  })

  it('reads no byte unless it is told to, and leaves out what is not whole', async () => {
    await using directory = await temporaryDirectory()
    const versions = await listVersions(await shelf(directory.path), { serving: '', verify: false })
    expect(versions).toEqual([
      { version: 'v2', step: 2, epoch: 1, createdMs: 7, digest: DIGEST, bytes: 1024, serving: false, damage: '' },
      { version: 'v3', step: 3, epoch: 1, createdMs: 7, digest: DIGEST, bytes: 1024, serving: false, damage: '' },
    ])
  })
})
