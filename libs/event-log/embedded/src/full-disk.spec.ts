import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnSource, temporaryDirectory } from '@freshet/testing'
import { openEmbeddedLog } from './embedded-log'

jest.setTimeout(60_000)

const clicks = { topic: 'clicks', partition: 0 }

describe('a process whose disk is full', () => {
  it('makes no topic, says so when the log is opened, and leaves nothing that would be in the way once there is room', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'fill.fixture.ts'), [directory.path], { fileBytesMax: 100 << 10 })
    await expect(child.next()).rejects.toThrow(/DiskFullError: no space is left at .*clicks, and nothing of the request was taken/)
    expect(await child.ended).toBe(1)
    expect(await readdir(directory.within('log', 'clicks'))).toEqual([])
    await using log = await openEmbeddedLog({ directory: directory.path, partitions: { clicks: 4 } })
    expect(await log.append(clicks, [{ key: 'a', value: new Uint8Array(1) }])).toBe(0)
  })

  it('does not end because a position could not be reported: that is a typed error, and leaving a group needs no room', async () => {
    await using directory = await temporaryDirectory()
    await using child = spawnSource(join(__dirname, 'report.fixture.ts'), [directory.path], { fileBytesMax: 200 << 10 })
    expect(await child.next()).toBe('DISK_FULL')
    expect(await child.ended).toBe(0)
  })
})
