/** The topics of Freshet, by what they hold. */
export const TOPICS = {
  events: 'events',
  touches: 'touches',
  catalog: 'catalog',
  examples: 'examples',
  journal: 'journal',
  deadLetter: 'dead-letter',
  replays: 'replays',
  dictionaries: 'dictionaries',
} as const

/** The journal has one partition: ownership is decided by its order. */
export const JOURNAL = { topic: TOPICS.journal, partition: 0 } as const

/** Refusals are few: one partition keeps their order. */
export const DEAD_LETTER = { topic: TOPICS.deadLetter, partition: 0 } as const

/** Which replay is open is decided by the order of one partition. */
export const REPLAYS = { topic: TOPICS.replays, partition: 0 } as const

/** Which dictionary holds is decided by the order of one partition. */
export const DICTIONARIES = { topic: TOPICS.dictionaries, partition: 0 } as const

/** Records of a key-partitioned topic spread over this many, unless its log was made with another number. */
export const KEYED_PARTITIONS = 8

/** How many partitions a topic gets where `declared` does not say. */
export function partitionCountOf(topic: string, declared: Readonly<Record<string, number>> = {}): number {
  if (Object.hasOwn(declared, topic)) return declared[topic]
  return [JOURNAL, DEAD_LETTER, REPLAYS, DICTIONARIES].some((of) => of.topic === topic) ? 1 : KEYED_PARTITIONS
}
