/** The topics of Freshet, by what they hold. */
export const TOPICS = {
  events: 'events',
  touches: 'touches',
  catalog: 'catalog',
  examples: 'examples',
  journal: 'journal',
  deadLetter: 'dead-letter',
  replays: 'replays',
} as const

/** The journal has one partition: ownership is decided by its order. */
export const JOURNAL = { topic: TOPICS.journal, partition: 0 } as const

/** Refusals are few: one partition keeps their order. */
export const DEAD_LETTER = { topic: TOPICS.deadLetter, partition: 0 } as const

/** Which replay is open is decided by the order of one partition. */
export const REPLAYS = { topic: TOPICS.replays, partition: 0 } as const
