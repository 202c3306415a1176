import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { DiskFullError } from '@freshet/event-log'
import { CorruptError } from '@freshet/kernel'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { copyDurably, filesBelow, keepDurably, revealDirectory, writeDurably } from './durable-files'

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
const failed = (code: string): NodeJS.ErrnoException => Object.assign(new Error('the system'), { code })

let directory: TemporaryDirectory
beforeEach(async () => (directory = await temporaryDirectory()))
afterEach(() => directory[Symbol.asyncDispose]())

describe('the files below a folder', () => {
  it('are all of them, by their paths from the root, in order; none of a folder that is not there', async () => {
    for (const path of ['b/c/2', 'b/1', 'a', 'b/c/10']) await writeDurably(directory.within(path), path)
    expect(await filesBelow(directory.path, '')).toEqual(['a', 'b/1', 'b/c/10', 'b/c/2'])
    expect(await filesBelow(directory.path, 'b/c')).toEqual(['b/c/10', 'b/c/2'])
    expect(await filesBelow(directory.path, 'gone')).toEqual([])
  })
})

describe('a durable copy', () => {
  it('is the file, of many parts or of none, and says what it holds', async () => {
    const large = Buffer.alloc(200_000, 'freshet')
    await writeFile(directory.within('large'), large)
    await writeFile(directory.within('none'), '')
    expect(await copyDurably(directory.within('large'), directory.within('to/large'))).toEqual({ bytes: 200_000, sha256: sha256(large) })
    expect(await copyDurably(directory.within('none'), directory.within('to/none'))).toEqual({ bytes: 0, sha256: sha256('') })
    expect(await readFile(directory.within('to/large'))).toEqual(large)
    expect(await keepDurably(directory.within('large'))).toEqual({ bytes: 200_000, sha256: sha256(large) })
  })

  it('overwrites nothing', async () => {
    await writeDurably(directory.within('from'), 'new')
    await writeDurably(directory.within('to'), 'old')
    await expect(copyDurably(directory.within('from'), directory.within('to'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(writeDurably(directory.within('to'), 'new')).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await readFile(directory.within('to'), 'utf8')).toBe('old')
  })
})

describe('a folder that is filled', () => {
  it('appears at once, when it is full', async () => {
    const target = directory.within('deep/er')
    await revealDirectory(target, async (draft) => {
      await writeDurably(`${draft}/in/side`, 'x')
      expect(await readdir(directory.within('deep'))).not.toContain('er')
    })
    expect(await filesBelow(target, '')).toEqual(['in/side'])
    expect(await readdir(directory.within('deep'))).toEqual(['er'])
  })

  it.each<[string, unknown, object]>([
    ['a full disk', failed('ENOSPC'), { code: 'DISK_FULL' }],
    ['a quota', failed('EDQUOT'), { code: 'DISK_FULL' }],
    [
      'a file system that takes no more',
      failed('EROFS'),
      { code: 'PRECONDITION', rule: expect.stringMatching(/\/target cannot be written \(EROFS\)$/) },
    ],
    ['an error of ours', new CorruptError('f', 'r', 'm'), { code: 'CORRUPT' }],
    ['a defect', new RangeError('inside'), { name: 'RangeError' }],
  ])('leaves nothing where it fails by %s, and says what that means', async (_, failure, expected) => {
    const attempt = revealDirectory(directory.within('target'), async (draft) => {
      await writeDurably(`${draft}/begun`, 'x')
      throw failure
    })
    await expect(attempt).rejects.toMatchObject(expected)
    expect(await readdir(directory.path)).toEqual([])
  })

  it('names the folder where the disk is full', async () => {
    const attempt = revealDirectory(directory.within('target'), () => Promise.reject(failed('ENOSPC')))
    await expect(attempt).rejects.toBeInstanceOf(DiskFullError)
    await expect(attempt).rejects.toThrow(directory.within('target'))
  })

  it('is refused before it is filled where a folder or a file has its name, and where somebody takes that meanwhile', async () => {
    await mkdir(directory.within('folder'))
    await writeFile(directory.within('file'), '')
    for (const name of ['folder', 'file']) {
      let isFilled = false
      const attempt = revealDirectory(directory.within(name), async () => void (isFilled = true))
      await expect(attempt).rejects.toThrow(`${directory.within(name)} is there already, and nothing is overwritten; name another`)
      expect(isFilled).toBe(false)
    }
    await expect(revealDirectory(directory.within('late'), () => mkdir(directory.within('late')))).rejects.toThrow('is there already')
    expect((await readdir(directory.path)).sort()).toEqual(['file', 'folder', 'late'])
  })

  it('is refused below a file, and where nothing may be written', async () => {
    await writeFile(directory.within('file'), '')
    await expect(revealDirectory(directory.within('file/target'), async () => undefined)).rejects.toMatchObject({ code: 'PRECONDITION' })
    if (process.getuid?.() === 0) return // root writes everywhere
    await mkdir(directory.within('closed'))
    await chmod(directory.within('closed'), 0o500)
    await expect(revealDirectory(directory.within('closed/target'), async () => undefined)).rejects.toThrow('cannot be written (EACCES)')
  })
})
