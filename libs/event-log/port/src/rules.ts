import { InvalidFieldError } from '@freshet/kernel'
import { OffsetOutOfRangeError, RecordTooLargeError } from './errors'
import type { Entry, Partition } from './event-log'

/** What a value may weigh: the brokers' default, and ours. */
export const RECORD_BYTES_MAX = 1 << 20

const KEY_CHARACTERS_MAX = 4096 // a key is an id: what is longer is a mistake
const TOPIC = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/ // the brokers' alphabet, and a file name everywhere

/** Refuses a request of which one entry is too large, before any of it is taken. */
export function assertFits(entries: readonly Entry[]): void {
  for (const { key, value } of entries) {
    if (value.byteLength > RECORD_BYTES_MAX) throw new RecordTooLargeError(key, value.byteLength, RECORD_BYTES_MAX)
    if (key.length > KEY_CHARACTERS_MAX) {
      const rule = `a key has at most ${KEY_CHARACTERS_MAX} characters`
      throw new InvalidFieldError({ field: 'key', value: key, rule, remedy: 'use the id of the entity' })
    }
  }
}

/** Refuses a name that some engine could not store. */
export function assertTopic(topic: string): void {
  if (TOPIC.test(topic)) return
  const rule = 'a topic is letters, digits, dots, dashes and underscores, at most 200 of them'
  throw new InvalidFieldError({ field: 'topic', value: topic, rule, remedy: 'use one of TOPICS' })
}

/** Refuses a partition that its topic does not have. */
export function assertPartition({ topic, partition }: Partition, count: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return
  const rule = `${topic} has partitions 0 to ${count - 1}`
  throw new InvalidFieldError({ field: 'partition', value: partition, rule, remedy: 'use partitionOf(key, log.partitions(topic))' })
}

/** Refuses an offset that its partition neither holds nor will give next. */
export function assertWithin(at: Partition, offset: number, { first, next }: { readonly first: number; readonly next: number }): void {
  if (!(offset >= first && offset <= next)) throw new OffsetOutOfRangeError(at, offset, first, next)
}

/** The partitions of one member: those that fall to its place among the members' names, so that all members reckon alike. */
export function shareOf(member: string, members: readonly string[], partitions: number): readonly number[] {
  const names = [...members].sort()
  const place = names.indexOf(member)
  if (place < 0) return []
  return Array.from({ length: partitions }, (_, p) => p).filter((p) => p % names.length === place)
}
