/**
 * The values of labels that are known beforehand: their series begin at 0, so that a rate over the first of them is seen, and an alert on
 * one that has never come is no alert on nothing. Others show from their first on.
 */
export const LABEL_VALUES = {
  /** Why the front door refuses: the codes of its errors. */
  rejections: ['INVALID_FIELD', 'MESSAGE_TOO_LARGE', 'PRECONDITION', 'OVERLOADED', 'UNAVAILABLE', 'DISK_FULL'],
  /** Why something is kept as a dead letter: by the front door, and by the trainer. */
  letters: ['INVALID_FIELD', 'MESSAGE_TOO_LARGE', 'NOT_FINITE', 'VOID_CUT'],
  /** Why a record of the journal counts for nothing (libs/follow). */
  voids: [
    ...['malformed', 'no-genesis', 'genesis-exists', 'epoch', 'owner', 'step', 'range', 'chain', 'previous', 'target'],
    ...['not-pending', 'effective-step', 'dictionary-number'],
  ],
  /** Why answers are less than they could be (libs/ranking). */
  degradations: ['no-model', 'no-vectors', 'no-items', 'loading-items', 'model-behind', 'features-unavailable', 'model-failed'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Counts by a label, with 0 for each of the values that are known and have none. */
export const fromZero = (known: readonly string[], counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> => ({
  ...Object.fromEntries(known.map((value) => [value, 0])),
  ...counts,
})
