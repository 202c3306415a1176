import { readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { open } from 'lmdb'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { openEnvironment } from './environment'
import { LOCK_FILE, READERS_MAX, reserveLockFile } from './lock-file'

const KEY = Buffer.from('key')

/** How many bytes of the lock file have a place on disk, of how many. */
async function roomOf(directory: TemporaryDirectory): Promise<{ readonly held: number; readonly size: number }> {
  const { blocks, size } = await stat(directory.within(LOCK_FILE))
  return { held: blocks * 512, size }
}

describe('the lock file of an environment', () => {
  it('has room for all of its readers from the start: a page that is touched on a full disk would end the process', async () => {
    await using directory = await temporaryDirectory()
    const environment = openEnvironment(directory.path)
    const { held, size } = await roomOf(directory)
    expect(size).toBeGreaterThanOrEqual(READERS_MAX * 64)
    expect(held).toBeGreaterThanOrEqual(size)
    await environment.put(KEY, Buffer.from('value'), 1)
    const other = openEnvironment(directory.path)
    expect(other.getEntry(KEY)?.version).toBe(1)
    await Promise.all([environment.close(), other.close()])
  })

  it('gets the room that an earlier release did not give it, while that one has it open and goes on', async () => {
    await using directory = await temporaryDirectory()
    const layout = { encoding: 'binary', keyEncoding: 'binary', useVersions: true, maxReaders: READERS_MAX } as const
    const earlier = open<Buffer, Buffer>({ path: directory.path, noSubdir: false, ...layout })
    await earlier.put(KEY, Buffer.from('before'), 1)
    const before = await roomOf(directory)
    expect(before.held).toBeLessThan(before.size)
    const environment = openEnvironment(directory.path)
    const after = await roomOf(directory)
    expect(after.size).toBe(before.size)
    expect(after.held).toBeGreaterThanOrEqual(after.size)
    await environment.put(KEY, Buffer.from('after'), 2)
    expect(earlier.getEntry(KEY)?.version).toBe(2)
    await earlier.put(KEY, Buffer.from('later'), 3)
    environment.resetReadTxn()
    expect(String(environment.get(KEY))).toBe('later')
    await Promise.all([environment.close(), earlier.close()])
  })

  it('is written to nowhere but at the ends of slots, and not where it has its room already', async () => {
    await using directory = await temporaryDirectory()
    const file = directory.within(LOCK_FILE)
    const size = READERS_MAX * 64 + 208 // as LMDB makes it on this machine
    await writeFile(file, Buffer.alloc(0))
    await truncate(file, size)
    reserveLockFile(directory.path)
    await expect(roomOf(directory)).resolves.toMatchObject({ size })
    await writeFile(file, Buffer.alloc(size, 7))
    reserveLockFile(directory.path)
    expect((await readFile(file)).every((byte) => byte === 7)).toBe(true)
    await unlink(file)
    reserveLockFile(directory.path)
    expect((await readFile(file)).every((byte) => byte === 0)).toBe(true)
  })
})
