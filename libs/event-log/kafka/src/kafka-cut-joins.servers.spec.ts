import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import {
  type CutProxy,
  freePorts,
  type KafkaBroker,
  spawnSource,
  type SpawnedSource,
  startCutProxy,
  startKafkaBroker,
} from '@freshet/testing'

let broker: KafkaBroker
let relay: CutProxy
let trials = 0

jest.setTimeout(300_000) // sessions end, and on a busy machine processes take a while to start

beforeAll(async () => {
  const [port] = await freePorts(1)
  relay = await startCutProxy({ to: port })
  broker = await startKafkaBroker({ port, advertisedPort: relay.port })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
})

const member = (prefix: string, name: string): SpawnedSource =>
  spawnSource(join(__dirname, 'member.fixture.ts'), [`127.0.0.1:${relay.port}`, prefix, name])

/** The first thing that a member says which is `expected`; it may say others before. */
async function told(process: SpawnedSource, expected: readonly number[]): Promise<void> {
  while (JSON.stringify(await process.next()) !== JSON.stringify(expected));
}

/** Resolves once a group waits for those of its members that have not joined anew. */
async function dividing(groupId: string): Promise<void> {
  const admin = new Kafka({ brokers: [`127.0.0.1:${relay.port}`], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  while ((await admin.describeGroups([groupId])).groups[0].state !== 'PreparingRebalance');
  await admin.disconnect()
}

describe('a member that was halted for longer than its session', () => {
  it('is a member again though its connection is cut while it joins: the other one’s share is its own once that dies', async () => {
    const prefix = `trial-${++trials}`
    await using a = member(prefix, 'a')
    await told(a, [0, 1, 2, 3])
    await using b = member(prefix, 'b')
    await Promise.all([told(a, [0, 2]), told(b, [1, 3])])
    b.kill('SIGSTOP')
    await told(a, [0, 1, 2, 3])
    a.kill('SIGSTOP') // so that the join lasts
    b.kill('SIGCONT')
    await dividing(`${prefix}.features`)
    relay.cut()
    a.kill('SIGKILL')
    await told(b, [0, 1, 2, 3])
  })
})
