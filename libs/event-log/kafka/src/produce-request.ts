import { createErrorFromCode } from 'kafkajs/src/protocol/error'
import { UnavailableError } from '@freshet/kernel'
import { nameOf } from './extents'
import type { Sending } from './departures'
import { encodeBatch } from './record-batch'

/** A request of ours, as kafkajs's connections send them. */
export interface WireRequest<T> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    /** The body, in a box as kafkajs's encoders are one. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    decode(body: Buffer): Promise<T>
    parse(decoded: T): Promise<T>
  }
}

/** What became of a batch: where it begins, or why it was refused. */
export type Outcome = number | Error

/**
 * Asks a broker to append batches to partitions that it leads: the outcome of each one, by itself. kafkajs's own request has one producer
 * for all, and throws away what became of the others where one is refused.
 *
 * shape   transactional id nullable string, acks i16, timeout i32, [topic string, [partition i32, batch bytes]]
 *         → [topic string, [partition i32, error i16, base offset i64, append time i64]], throttle i32
 * source  Kafka protocol, Produce v3, which brokers from 0.11 to 4.x speak
 */
export function produceRequest(sendings: readonly Sending[], nowMs: number): WireRequest<readonly Outcome[]> {
  return {
    request: {
      apiKey: 0,
      apiVersion: 3,
      apiName: 'Produce',
      async encode() {
        const buffer = await encodeBody(sendings, nowMs)
        return { buf: buffer, buffer }
      },
    },
    response: {
      async decode(body) {
        const outcomes = decodeOutcomes(body)
        return sendings.map(({ place }) => outcomes.get(nameOf(place)) ?? silent(place.topic))
      },
      parse: async (outcomes) => outcomes,
    },
  }
}

async function encodeBody(sendings: readonly Sending[], nowMs: number): Promise<Buffer> {
  const topics = new Map<string, Buffer[]>()
  for (const sending of sendings) {
    const { topic, partition } = sending.place
    const batch = await encodeBatch(sending, nowMs)
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push(int32s(partition, batch.length), batch)
  }
  const head = Buffer.alloc(8)
  head.writeInt16BE(-1, 0) // no transaction
  head.writeInt16BE(ALL_REPLICAS, 2)
  head.writeInt32BE(sendings[0].timeoutMs, 4)
  const lists = [...topics].flatMap(([topic, partitions]) => [textOf(topic), int32s(partitions.length / 2), ...partitions])
  return Buffer.concat([head, int32s(topics.size), ...lists])
}

/** By the name of the partition. */
function decodeOutcomes(body: Buffer): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  let at = 4
  for (let topics = body.readInt32BE(0); topics > 0; topics--) {
    const nameEnd = at + 2 + body.readInt16BE(at)
    const topic = body.toString('utf8', at + 2, nameEnd)
    at = nameEnd + 4
    for (let partitions = body.readInt32BE(nameEnd); partitions > 0; partitions--, at += OUTCOME_BYTES) {
      const code = body.readInt16BE(at + 4)
      outcomes.set(
        nameOf({ topic, partition: body.readInt32BE(at) }),
        code === 0 ? Number(body.readBigInt64BE(at + 6)) : createErrorFromCode(code),
      )
    }
  }
  return outcomes
}

const silent = (topic: string): UnavailableError =>
  new UnavailableError(topic, 'the broker has not said what became of a batch, which is sent again')

function int32s(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length)
  values.forEach((value, i) => bytes.writeInt32BE(value, 4 * i))
  return bytes
}

function textOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(2 + Buffer.byteLength(text))
  bytes.writeInt16BE(bytes.length - 2, 0)
  bytes.write(text, 2)
  return bytes
}

const ALL_REPLICAS = -1
const OUTCOME_BYTES = 22
