import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startKafkaBroker, temporaryDirectory } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

const clicks = { topic: 'clicks', partition: 0 }
const entry = (key: string) => ({ key, value: new Uint8Array(1) })

jest.setTimeout(300_000)

describe('a partition of which its brokers lost the tail', () => {
  it('is read as it stands now, and named once something is appended below what it had reached', async () => {
    await using broker = await startKafkaBroker()
    await using kept = await temporaryDirectory()
    const options = { brokers: [broker.address], prefix: 'trial', partitions: { clicks: 1 }, openingMs: 60_000, deadlineMs: 120_000 }
    await using log = await openKafkaLog(options)
    const files = join(broker.directory, 'data', 'trial.clicks-0')
    const keys = async (): Promise<string[]> => (await log.read(clicks, 0, { records: 99 })).map(({ key }) => key)

    await log.append(clicks, [entry('a'), entry('b')])
    await broker.kill()
    await cp(files, kept.within('clicks'), { recursive: true })
    await broker.restart()
    await log.append(clicks, [entry('c'), entry('d'), entry('e')])
    expect(await keys()).toEqual(['a', 'b', 'c', 'd', 'e'])

    await broker.kill()
    await rm(files, { recursive: true })
    await cp(kept.within('clicks'), files, { recursive: true })
    await broker.restart()
    expect(await log.append(clicks, [entry('f')])).toBe(2)
    expect(await keys()).toEqual(['a', 'b', 'f'])
    expect(log.health?.().warnings).toEqual([
      'clicks/0 went on at 2 though it had reached 5: brokers lost records that they had acknowledged; see "Another log" in docs/OPERATING.md',
    ])
    expect(await log.appendIf(clicks, 3, entry('g'))).toBe(3)
  })
})
