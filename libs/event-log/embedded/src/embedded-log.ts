import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, type Clock } from '@freshet/kernel'
import {
  assertFits,
  assertPartition,
  assertTopic,
  KEYED_PARTITIONS,
  partitionCountOf,
  type Entry,
  type EventLog,
  type Partition,
} from '@freshet/event-log'
import { GrowthPoller } from './growth-poller'
import { openGroups } from './groups'
import { PAGES_FILE } from './room'
import { Topic } from './topic'
import { TopicWriter } from './topic-writer'

/** Where an embedded log lies, and how it is laid out. */
export interface EmbeddedLogOptions {
  /** Each topic gets an LMDB environment of its own in `log/` below this. */
  readonly directory: string
  /** Partitions by topic, where not as {@link partitionCountOf} says; fixed once a topic is made. Topics named here are made at opening, while there is room. */
  readonly partitions?: Readonly<Record<string, number>>
  /** Paces the look-out for other processes' records, and the heartbeats of group members. */
  readonly clock?: Clock
}

/**
 * Opens an event log in files that any number of processes and threads of this machine may share, each with a log of its own open.
 *
 * throws  PreconditionError when a topic was made with another number of partitions, DiskFullError where there is no room to make one
 */
export async function openEmbeddedLog({ directory, partitions = {}, clock = systemClock }: EmbeddedLogOptions): Promise<EventLog> {
  const poller = new GrowthPoller(clock)
  const open = new Map<string, { readonly topic: Topic; readonly writer: TopicWriter }>()
  const keyed = Math.max(1, ...(Object.keys(partitions).length > 0 ? Object.values(partitions) : [KEYED_PARTITIONS]))
  const groups = openGroups({ directory: join(directory, 'log', GROUPS), partitions: keyed, clock })

  const at = (of: Partition): { readonly topic: Topic; readonly writer: TopicWriter } => {
    assertTopic(of.topic)
    assertPartition(of, partitionCountOf(of.topic, partitions))
    const existing = open.get(of.topic)
    if (existing) return existing
    const topic = new Topic(of.topic, join(directory, 'log', of.topic), partitionCountOf(of.topic, partitions))
    const opened = { topic, writer: new TopicWriter(topic) }
    open.set(of.topic, opened)
    return opened
  }

  const append = async (to: Partition, entries: readonly Entry[], expected?: number): Promise<number> => {
    assertFits(entries)
    return at(to).writer.append(to.partition, entries, expected)
  }

  const close = async (): Promise<void> => {
    poller.close()
    await groups[Symbol.asyncDispose]()
    await Promise.all([...open.values()].map(({ writer }) => writer.settled()))
    await Promise.all([...open.values()].map(({ topic }) => topic.close()))
  }

  try {
    for (const topic of Object.keys(partitions)) if (!existsSync(join(directory, 'log', topic, PAGES_FILE))) at({ topic, partition: 0 })
  } catch (error) {
    await close()
    throw error
  }

  return {
    partitions: (topic) => partitionCountOf(topic, partitions),
    append: (to, entries) => append(to, entries),
    appendIf: (to, expected, entry) => append(to, [entry], expected),
    read: async (of, from, limit) => at(of).topic.read(of.partition, from, limit),
    next: async (of) => at(of).topic.extent(of.partition).next,
    first: async (of) => at(of).topic.extent(of.partition).first,
    trim: async (of, below) => at(of).writer.trim(of.partition, below),

    async grown(of, offset, signal) {
      const { topic } = at(of)
      if (topic.extent(of.partition).next > offset) return
      const waiting = topic.waitersOf(of.partition).wait(offset, signal)
      poller.watch(topic)
      await waiting
    },

    join: (group, options) => groups.join(group, options),
    reported: (group, of) => groups.reported(group, of),

    [Symbol.asyncDispose]: close,
  }
}

const GROUPS = '.groups' // no topic's name starts with a dot
