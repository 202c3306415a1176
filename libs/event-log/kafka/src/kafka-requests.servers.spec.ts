import { connect } from 'node:net'
import { ConfigResourceTypes, Kafka, logLevel, type ISocketFactory } from 'kafkajs'
import type { EventLog } from '@freshet/event-log'
import { PreconditionError } from '@freshet/kernel'
import { startKafkaBroker, type KafkaBroker } from '@freshet/testing'
import { openKafkaLog } from './kafka-log'

const PARTITIONS = 4
const PRODUCE = 0
const FETCH = 1
const LIST_OFFSETS = 2
const entry = { key: 'a', value: Buffer.alloc(5000) }
const of = (topic: string, partition: number) => ({ topic, partition })
const all = Array.from({ length: PARTITIONS }, (_, partition) => of('clicks', partition))
const never = new AbortController().signal

let broker: KafkaBroker
let trials = 0

beforeAll(async () => {
  broker = await startKafkaBroker()
})

afterAll(() => broker[Symbol.asyncDispose]())

/** A log that has written to all partitions of `clicks` and `views`, and counts the requests that it sends by what they ask. */
class CountingLog implements AsyncDisposable {
  readonly asked = new Map<number, number>()
  readonly prefix = `trial-${++trials}`
  private constructor(private opened: EventLog | undefined = undefined) {}

  static async open(): Promise<CountingLog> {
    const counting = new CountingLog()
    const { prefix, socketFactory } = counting
    const partitions = { clicks: PARTITIONS, views: 1 }
    counting.opened = await openKafkaLog({ brokers: [broker.address], prefix, partitions, socketFactory, openingMs: 60_000 })
    for (const partition of [...all, of('views', 0)]) await counting.log.append(partition, [entry])
    return counting
  }

  get log(): EventLog {
    if (this.opened) return this.opened
    throw new PreconditionError('the log is not open', 'open it')
  }

  /** How many requests of a kind `work` takes. */
  async during(kind: number, work: () => Promise<unknown>): Promise<number> {
    const before = this.asked.get(kind) ?? 0
    await work()
    return (this.asked.get(kind) ?? 0) - before
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened?.[Symbol.asyncDispose]()
  }

  private readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect)
    const { asked } = this
    const write = socket.write.bind(socket)
    socket.write = (request: Buffer, ...rest: never[]): boolean => {
      const kind = request.readInt16BE(4) // after the length
      asked.set(kind, (asked.get(kind) ?? 0) + 1)
      return write(request, ...rest)
    }
    return socket
  }
}

describe('requests to a broker', () => {
  it('carry what is appended to many partitions at once, conditional records too', async () => {
    await using counting = await CountingLog.open()
    const { log } = counting
    const appendAll = (): Promise<unknown> =>
      Promise.all([...all.map((partition) => log.append(partition, [entry])), log.appendIf(of('views', 0), 1, entry)])
    expect(await counting.during(PRODUCE, appendAll)).toBe(1)
    expect((await log.read(of('views', 0), 0, { records: 9 })).map(({ offset }) => offset)).toEqual([0, 1])
  })

  it('fail for the partition that refuses, and not for those beside it', async () => {
    await using counting = await CountingLog.open()
    const { log, prefix } = counting
    const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const configEntries = [{ name: 'max.message.bytes', value: '1000' }]
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: `${prefix}.views`, configEntries }]
    await admin.alterConfigs({ validateOnly: false, resources })
    await admin.disconnect()
    const both = (): Promise<unknown> => Promise.allSettled([log.append(of('views', 0), [entry]), log.append(of('clicks', 0), [entry])])
    let outcomes: unknown
    expect(await counting.during(PRODUCE, async () => (outcomes = await both()))).toBe(1)
    expect(outcomes).toEqual([
      { status: 'rejected', reason: expect.any(PreconditionError) },
      { status: 'fulfilled', value: 1 },
    ])
    expect(await log.next(of('views', 0))).toBe(1)
  })

  it('are not sent for the end of a partition that is waited for', async () => {
    await using counting = await CountingLog.open()
    const { log } = counting
    const over = new AbortController()
    const waiting = Promise.all(all.map((partition) => log.grown(partition, 1, over.signal)))
    const readEnd = (offset: number) => async (): Promise<void> => {
      for (let i = 0; i < 100; i++) expect(await log.read(of('clicks', 0), offset, { records: 9 })).toEqual([])
    }
    while ((await counting.during(FETCH, readEnd(1))) > 20); // until the first poll is answered
    await log.append(of('clicks', 0), [entry])
    await log.grown(of('clicks', 0), 1, never)
    expect(await log.read(of('clicks', 0), 1, { records: 9 })).toHaveLength(1)
    expect(await counting.during(FETCH, readEnd(2))).toBeLessThan(20) // the polls that wait
    expect(await counting.during(LIST_OFFSETS, () => log.next(of('clicks', 0)))).toBe(1)
    over.abort()
    await waiting
  })
})
