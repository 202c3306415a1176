/** What ingest must know of the feature dictionary: which types of event there are, and which of them is a list. */
export interface EventTypes {
  /** The dictionary's name: refusals say it. */
  readonly dictionary: string
  readonly names: readonly string[]
  /** Undefined for a type that the dictionary does not declare. */
  meaningOf(type: string): EventMeaning | undefined
}

/** What sets one type of event apart for the one who validates it. */
export interface EventMeaning {
  /** It carries a list instead of one item. */
  readonly impression: boolean
}
