import { Kafka, logLevel, type Message } from 'kafkajs'
import { Event } from '@freshet/contracts'
import { type Entry, type EventLog, TOPICS } from '@freshet/event-log'
import { openKafkaLog } from '@freshet/event-log-kafka'
import { type Clock, CorruptError } from '@freshet/kernel'
import { startKafkaBroker } from '@freshet/testing'
import { ratings } from '../fleet/ratings'

/** How much is appended. */
export interface AppendEffort {
  /** Each is one turn of ours and one of the bare producer. */
  readonly rounds: number
  /** Of each partition, a turn. */
  readonly batches: number
}

/** Records a second in one round. */
export interface AppendRound {
  readonly ours: number
  readonly bare: number
}

/** Appends one batch to a partition, and resolves when all replicas have it. */
type Append = (partition: number, batch: number) => Promise<unknown>

const PARTITIONS = 8
const BATCH_RECORDS = 1000
const WARM_UP_BATCHES = 10
const STREAM = { users: 5000, items: 2000, seed: 37, startMs: 1_700_000_000_000, everyMs: 1 }
const BARE_TOPIC = `bare.${TOPICS.events}`
const ALL_REPLICAS = -1
const BLOCKS = 8 // batches that come round again

/**
 * Our Kafka log's appends beside a bare kafkajs producer's, in turns: the same records, batch sizes, partitions, acknowledgements and broker, one
 * batch in flight a partition.
 */
export async function appendToKafka({ rounds, batches }: AppendEffort, clock: Clock): Promise<AppendRound[]> {
  await using broker = await startKafkaBroker()
  const layout = { brokers: [broker.address], partitions: { [TOPICS.events]: PARTITIONS } }
  await using log = await openKafkaLog({ ...layout, prefix: 'ours' })
  await using _topic = await openKafkaLog({ ...layout, prefix: 'bare' }) // makes the other's topic, with the same settings
  const producer = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  try {
    const entries = blocksOf((key, value): Entry => ({ key, value }))
    const messages = blocksOf((key, value): Message => ({ key, value: Buffer.from(value) }))
    const ours = appendsOf(log, entries)
    const bare: Append = (partition, batch) =>
      producer.send({
        topic: BARE_TOPIC,
        acks: ALL_REPLICAS,
        messages: messages[batch % BLOCKS].map((message) => ({ ...message, partition })),
      })
    for (const append of [ours, bare]) await turn(append, WARM_UP_BATCHES, clock)
    const shown: AppendRound[] = []
    for (let round = 0; round < rounds; round++) {
      const isOursFirst = round % 2 === 0
      const first = await turn(isOursFirst ? ours : bare, batches, clock)
      const second = await turn(isOursFirst ? bare : ours, batches, clock)
      shown.push(isOursFirst ? { ours: first, bare: second } : { ours: second, bare: first })
    }
    await assertAll(log, WARM_UP_BATCHES + rounds * batches)
    return shown
  } finally {
    await producer.disconnect()
  }
}

const appendsOf =
  (log: EventLog, blocks: readonly (readonly Entry[])[]): Append =>
  (partition, batch) =>
    log.append({ topic: TOPICS.events, partition }, blocks[batch % BLOCKS])

/** What was counted has to be there. */
async function assertAll(log: EventLog, batches: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const stands = await log.next({ topic: TOPICS.events, partition })
    if (stands !== batches * BATCH_RECORDS)
      throw new CorruptError(
        `events/${partition}`,
        `${stands} of ${batches * BATCH_RECORDS} records are there`,
        'the bench is wrong, or the log',
      )
  }
}

/** Records a second while all partitions are appended to at once, each one batch after the other. */
async function turn(append: Append, batches: number, clock: Clock): Promise<number> {
  const startMs = clock.monotonicMs()
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      for (let batch = 0; batch < batches; batch++) await append(partition, batch)
    }),
  )
  return (PARTITIONS * batches * BATCH_RECORDS * 1000) / (clock.monotonicMs() - startMs)
}

/** Batches of ratings under the keys of their users. */
const blocksOf = <R>(recordOf: (key: string, value: Uint8Array) => R): R[][] => {
  const events = ratings(BLOCKS * BATCH_RECORDS, STREAM)
  return Array.from({ length: BLOCKS }, (_, block) =>
    events.slice(block * BATCH_RECORDS, (block + 1) * BATCH_RECORDS).map((event) => recordOf(event.userId, Event.encode(event).finish())),
  )
}
