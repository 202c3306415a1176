import { stat } from 'node:fs/promises'
import { PreconditionError } from '@freshet/kernel'
import { temporaryDirectory } from '@freshet/testing'
import { openEmbeddedLog } from './embedded-log'

const clicks = { topic: 'clicks', partition: 0 }
const ALL = { records: 1_000_000 }

describe('a topic on disk', () => {
  it('keeps the number of partitions that it was made with, and names the remedy to who wants another', async () => {
    await using directory = await temporaryDirectory()
    {
      await using log = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })
      await log.append(clicks, [{ key: 'a', value: new Uint8Array(1) }])
    }
    await using other = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 8 } })
    await expect(other.next(clicks)).rejects.toThrow(PreconditionError)
    await expect(other.next(clicks)).rejects.toThrow('topic clicks was made with 4 partitions, not 8; configure 4 partitions')
    await using same = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })
    expect(await same.next(clicks)).toBe(1)
  })

  it('outgrows the memory map that another handle has of it', async () => {
    await using directory = await temporaryDirectory()
    const options = { directory: directory.path, partitions: { clicks: 4 } }
    await using reader = await openEmbeddedLog(options)
    expect(await reader.next(clicks)).toBe(0)
    await using writer = await openEmbeddedLog(options)
    const value = new Uint8Array(100_000).fill(3)
    for (let i = 0; i < 20; i++)
      await writer.append(
        clicks,
        Array.from({ length: 10 }, (_, n) => ({ key: `${i * 10 + n}`, value })),
      )
    const records = await reader.read(clicks, 0, ALL)
    expect(records.map(({ key }) => Number(key))).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(records.every((record) => record.value.byteLength === 100_000 && record.value[99_999] === 3)).toBe(true)
  })

  it('gives the room of retired records to later ones', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })
    const batch = Array.from({ length: 50 }, (_, i) => ({ key: `${i}`, value: new Uint8Array(20_000) }))
    const sizes: number[] = []
    for (let round = 0; round < 12; round++) {
      await log.append(clicks, batch)
      await log.trim(clicks, await log.next(clicks))
      sizes.push((await stat(directory.within('log', 'clicks', 'data.mdb'))).size)
    }
    expect(sizes[11]).toBe(sizes[5])
  })

  it('retires more than one transaction would bear, while others append', async () => {
    await using directory = await temporaryDirectory()
    await using log = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })
    const batch = Array.from({ length: 4000 }, (_, i) => ({ key: `${i}`, value: new Uint8Array(10) }))
    for (let i = 0; i < 3; i++) await log.append(clicks, batch)
    await Promise.all([log.trim(clicks, 11_500), log.append(clicks, batch)])
    expect([await log.first(clicks), await log.next(clicks)]).toEqual([11_500, 16_000])
    expect((await log.read(clicks, 11_500, { records: 1 }))[0]).toMatchObject({ offset: 11_500, key: '3500' })
  })
})
