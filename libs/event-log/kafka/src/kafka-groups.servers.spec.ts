import { join } from 'node:path'
import { spawnSource, startKafkaBroker, type KafkaBroker, type SpawnedSource } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

let broker: KafkaBroker
let trials = 0

jest.setTimeout(300_000) // processes start, and on a busy machine that takes a while

beforeAll(async () => {
  broker = await startKafkaBroker()
})

afterAll(() => broker[Symbol.asyncDispose]())

const member = (prefix: string, name: string): SpawnedSource =>
  spawnSource(join(__dirname, 'member.fixture.ts'), [broker.address, prefix, name])

/** The first thing that a member says which is `expected`; it may say others before. */
async function told(process: SpawnedSource, expected: readonly number[]): Promise<void> {
  while (JSON.stringify(await process.next()) !== JSON.stringify(expected));
}

describe('the members of a group, each a process', () => {
  it('hand over the share of one that is halted, once its session is over, and take it back when it is heard again', async () => {
    const prefix = `trial-${++trials}`
    await using a = member(prefix, 'a')
    await told(a, [0, 1, 2, 3])
    await using b = member(prefix, 'b')
    await Promise.all([told(a, [0, 2]), told(b, [1, 3])])
    b.kill('SIGSTOP')
    await told(a, [0, 1, 2, 3])
    b.kill('SIGCONT')
    await told(a, [0, 2])
  })

  it('hand over the share of one that was killed within its session', async () => {
    const prefix = `trial-${++trials}`
    await using a = member(prefix, 'a')
    await told(a, [0, 1, 2, 3])
    await using b = member(prefix, 'b')
    await told(a, [0, 2])
    b.kill('SIGKILL')
    await told(a, [0, 1, 2, 3])
  })

  it('are not held up by one of the same machine that was killed when its successor joins', async () => {
    const prefix = `trial-${++trials}`
    const first = member(prefix, 'first')
    await told(first, [0, 1, 2, 3])
    first.kill('SIGKILL')
    await first.ended
    const killedMs = performance.now()
    await using second = member(prefix, 'second')
    expect(await second.next()).toEqual([0, 1, 2, 3]) // not half of it until the session of the first is over
    expect(performance.now() - killedMs).toBeGreaterThan(0)
  })

  it('show how far they are to other tools of Kafka: their positions are the offsets that the group committed', async () => {
    const options = { brokers: [broker.address], prefix: `trial-${++trials}`, partitions: { clicks: 4 } }
    await using log = await openKafkaLog(options)
    await using membership = await log.join('features', { member: 'a', onAssigned: () => {} })
    await Promise.all([0, 1, 2, 3].map((partition) => membership.report({ topic: 'clicks', partition }, 10 + partition)))
    await using other = await openKafkaLog(options)
    const reported = [0, 1, 2, 3].map((partition) => other.reported('features', { topic: 'clicks', partition }))
    expect(await Promise.all(reported)).toEqual([10, 11, 12, 13])
  })
})
