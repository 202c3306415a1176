import { readdir } from 'node:fs/promises'
import { temporaryDirectory } from '@freshet/testing'
import { copyEnvironment } from './copy-environment'
import { openEmbeddedLog } from './embedded-log'

const AT = { topic: 'clicks', partition: 0 }
const entry = (i: number) => ({ key: `k${i}`, value: Buffer.alloc(1000, i) })

describe('a copy of an environment', () => {
  it('is of one moment, though records go on being appended', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openEmbeddedLog({ directory: directory.within('a'), partitions: { clicks: 1 } })
    await log.append(
      AT,
      Array.from({ length: 3000 }, (_, i) => entry(i)),
    )
    let appended = 3000
    let isOver = false
    const writing = (async () => {
      while (!isOver) await log.append(AT, [entry(appended++)])
    })()
    const before = await log.next(AT)
    await copyEnvironment(directory.within('a/log/clicks'), directory.within('b/log/clicks'))
    isOver = true
    await writing
    expect(await readdir(directory.within('b/log/clicks'))).toEqual(['data.mdb'])
    await using copy = await openEmbeddedLog({ directory: directory.within('b'), partitions: { clicks: 1 } })
    const next = await copy.next(AT)
    expect(next).toBeGreaterThanOrEqual(before)
    expect(next).toBeLessThanOrEqual(appended)
    const records = await copy.read(AT, 0, { records: next })
    expect(records.map(({ key, value }) => `${key} ${value[0]}`)).toEqual(records.map((_, i) => `k${i} ${i % 256}`))
    expect(records).toHaveLength(next)
  })

  it('refuses to be made where it cannot be, with a typed error', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 1 } })
    await log.append(AT, [entry(1)])
    const copied = copyEnvironment(directory.within('log/clicks'), directory.within('log/clicks/data.mdb/below'))
    await expect(copied).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
