import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { DiskFullError } from '@freshet/event-log'
import { isFreshetError, PreconditionError } from '@freshet/kernel'
import { systemCode } from '../errors/system-code'
import type { BackedUpFile } from './manifest'

/** The files in a directory and those below it, by their paths from `root`, in the order of those; none where it is absent. */
export async function filesBelow(root: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(root, directory), { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? filesBelow(root, path) : [path]
    }),
  )
  return found.flat().sort()
}

/** Copies a file into a new one and makes that durable; says what was copied. */
export async function copyDurably(from: string, to: string): Promise<Omit<BackedUpFile, 'path'>> {
  await mkdir(dirname(to), { recursive: true })
  const hash = createHash('sha256')
  let bytes = 0
  await using target = await open(to, 'wx')
  for await (const part of createReadStream(from) as AsyncIterable<Buffer>) {
    await target.writeFile(part)
    hash.update(part)
    bytes += part.length
  }
  await target.sync()
  return { bytes, sha256: hash.digest('hex') }
}

/** Makes a file durable that somebody else has written; says what it holds. */
export async function keepDurably(path: string): Promise<Omit<BackedUpFile, 'path'>> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(part)
    bytes += part.length
  }
  await sync(path)
  return { bytes, sha256: hash.digest('hex') }
}

/** Writes a small file durably. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await using file = await open(path, 'wx')
  await file.writeFile(text)
  await file.sync()
}

/**
 * Fills a directory under another name, makes its names durable, and gives it its own from one moment to the next.
 *
 * throws  PreconditionError where something of this name is there already, DiskFullError where there is no room; nothing is left then
 */
export async function revealDirectory(directory: string, fill: (draft: string) => Promise<void>): Promise<void> {
  await assertAbsent(directory)
  const draft = `${directory}.writing-${process.pid}`
  try {
    await mkdir(draft, { recursive: true })
    await fill(draft)
    for (const path of await directoriesOf(draft)) await sync(path)
    await assertAbsent(directory)
    await rename(draft, directory)
    await sync(dirname(directory))
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw explained(error, directory)
  }
}

async function assertAbsent(directory: string): Promise<void> {
  const isThere = await open(directory, 'r').then(
    async (handle) => handle.close().then(() => true),
    (error: unknown) => systemCode(error) !== 'ENOENT',
  )
  if (isThere)
    throw new PreconditionError(`${directory} is there already, and nothing is overwritten`, 'name another, or move it away first')
}

async function directoriesOf(root: string): Promise<string[]> {
  const inner = (await filesBelow(root, '')).map((path) => dirname(join(root, path)))
  return [...new Set([...inner, root])].sort((a, b) => relative(root, b).length - relative(root, a).length)
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

function explained(error: unknown, where: string): unknown {
  if (isFreshetError(error)) return error
  const code = systemCode(error) ?? ''
  if (NO_SPACE.has(code)) return new DiskFullError(where)
  if (NO_ACCESS.has(code)) return new PreconditionError(`${where} cannot be written (${code})`, 'choose another place')
  return error
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const NO_ACCESS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])
