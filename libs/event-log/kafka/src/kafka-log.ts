import { CompressionTypes } from 'kafkajs'
import {
  assertFits,
  assertPartition,
  assertTopic,
  KEYED_PARTITIONS,
  partitionCountOf,
  type EventLog,
  type Partition,
} from '@freshet/event-log'
import { isFreshetError, systemClock } from '@freshet/kernel'
import { atMost } from './at-most'
import { accessCluster } from './cluster'
import { Groups, MEMBERS_TOPIC } from './groups'
import { keepAsking } from './health'
import type { KafkaLogOptions } from './options'
import { Partitions } from './partitions'
import type { Target } from './reader'
import { Topics } from './topics'

/**
 * Opens an event log on a Kafka cluster, which any number of processes may share, each with a log of its own open.
 *
 * A cluster that does not answer is waited for a while; then the log opens without it, its requests throw UnavailableError until it is
 * back, and `health()` says so.
 *
 * throws  PreconditionError where the cluster refuses, or a topic stands otherwise than it must
 * source  docs/adr/0011-kafka.md
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { prefix, partitions = {}, clock = systemClock, deadlineMs = DEADLINE_MS, sessionTimeoutMs = SESSION_MS } = options
  const access = accessCluster(options, { clock, deadlineMs })
  const { health, patience, closed } = access
  const keyed = Math.max(1, ...(Object.keys(partitions).length > 0 ? Object.values(partitions) : [KEYED_PARTITIONS]))
  const countOf = (topic: string): number => (topic === MEMBERS_TOPIC ? keyed : partitionCountOf(topic, partitions))
  const nameOf = (name: string): string => `${prefix}.${name}`
  const topics = new Topics({ admin: access.admin, health, options, nameOf, partitionsOf: countOf })
  const named = Object.keys(partitions)
  const withOthers = (topic: string): readonly string[] => (topic in partitions ? named : [topic]) // those that are named stand, or are refused, together
  const prepare = (topic: string, untilMs: number): Promise<void> =>
    topics.stands(topic) ? STANDING : patience.during(() => topics.ensure(withOthers(topic)), untilMs)
  const compression = COMPRESSIONS[options.compression ?? 'none']
  const parts = new Partitions({ access, clock, deadlineMs, compression, prepare })
  const groups = new Groups({ ...access, link: access.reading, clock, partitions: keyed, nameOf, prepare, sessionTimeoutMs })

  const targetOf = (of: Partition): Target => {
    assertTopic(of.topic)
    assertPartition(of, countOf(of.topic))
    return { of, place: { topic: nameOf(of.topic), partition: of.partition }, untilMs: patience.untilMs() }
  }

  const close = async (): Promise<void> => {
    if (closed.signal.aborted) return
    const settlingMs = Math.max(0, SETTLING_MS - health.unansweredMs) // who has not answered for as long is not waited for again
    await atMost(settlingMs, clock, Promise.all([groups.leave(), parts.settled()]))
    closed.abort()
    await access.close()
  }

  const openingMs = options.openingMs ?? OPENING_MS
  await patience
    .during(() => topics.ensure(named), clock.monotonicMs() + Math.max(openingMs, FIRST_TRY_MS), openingMs === 0 ? 1 : Infinity)
    .catch(async (error: unknown) => {
      if (isFreshetError(error) && error.retryable) return // each request tries again
      await close()
      throw error
    })
  void keepAsking(health, { clock, closed: closed.signal, ask: () => access.reading.refresh() })
  return {
    partitions: countOf,
    append: async (to, entries) => {
      assertFits(entries)
      return parts.append(targetOf(to), entries)
    },
    appendIf: async (to, expected, entry) => {
      assertFits([entry])
      return parts.appendIf(targetOf(to), expected, entry)
    },
    read: async (of, from, limit) => parts.read(targetOf(of), from, limit),
    next: async (of) => parts.end('next', targetOf(of)),
    first: async (of) => parts.end('first', targetOf(of)),
    grown: async (of, offset, signal) => parts.grown(targetOf(of), offset, signal),
    trim: async (of, below) => parts.trim(targetOf(of), below),
    join: (group, joining) => groups.join(group, joining),
    reported: async (group, of) => groups.reported(group, targetOf(of).of),
    health: () => health.report,
    voids: (of) => parts.voids(targetOf(of)),
    [Symbol.asyncDispose]: close,
  }
}

const COMPRESSIONS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy }
const STANDING = Promise.resolve()
const DEADLINE_MS = 15_000
const OPENING_MS = 5000
const FIRST_TRY_MS = 2000 // what one try of making topics may take that is not to be repeated
const SETTLING_MS = 5000 // what is under way when a log is closed; its outcome is unknown after that, as of any append that got no answer
const SESSION_MS = 6000 // the least that brokers allow by default
