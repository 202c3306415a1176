import { createErrorFromCode } from 'kafkajs/src/protocol/error'
import { UnavailableError } from '@freshet/kernel'
import { nameOf } from './extents'
import type { Sending } from './departures'
import { encodeBatch } from './record-batch'
import { Cursor, int32s, listsByTopic, wireRequest, type WireRequest } from './wire'

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
  return wireRequest({
    ...{ apiKey: 0, apiVersion: 3, apiName: 'Produce' },
    async encode() {
      const batches = new Map<Sending, Buffer>()
      for (const sending of sendings) batches.set(sending, await encodeBatch(sending, nowMs))
      return encodeBody(batches)
    },
    async decode(body) {
      const outcomes = decodeOutcomes(body)
      return sendings.map(({ place }) => outcomes.get(nameOf(place)) ?? silent(place.topic))
    },
  })
}

function encodeBody(batches: ReadonlyMap<Sending, Buffer>): Buffer {
  const sendings = [...batches.keys()]
  const head = Buffer.alloc(8)
  head.writeInt16BE(-1, 0) // no transaction
  head.writeInt16BE(ALL_REPLICAS, 2)
  head.writeInt32BE(sendings[0].timeoutMs, 4)
  const batchOf = (sending: Sending): Buffer => batches.get(sending) ?? Buffer.alloc(0)
  const lists = listsByTopic(
    sendings,
    ({ place }) => place.topic,
    (sending) => [int32s(sending.place.partition, batchOf(sending).length), batchOf(sending)],
  )
  return Buffer.concat([head, ...lists])
}

/** By the name of the partition. */
function decodeOutcomes(body: Buffer): ReadonlyMap<string, Outcome> {
  const cursor = new Cursor(body)
  const outcomes = new Map<string, Outcome>()
  for (let topics = cursor.int32(); topics > 0; topics--) {
    const topic = cursor.text()
    for (let partitions = cursor.int32(); partitions > 0; partitions--) {
      const [partition, code, offset] = [cursor.int32(), cursor.int16(), cursor.int64()]
      cursor.int64()
      outcomes.set(nameOf({ topic, partition }), code === 0 ? offset : createErrorFromCode(code))
    }
  }
  return outcomes
}

const silent = (topic: string): UnavailableError =>
  new UnavailableError(topic, 'the broker has not said what became of a batch, which is sent again')

const ALL_REPLICAS = -1
