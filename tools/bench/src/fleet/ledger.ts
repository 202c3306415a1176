/** A place in `events`. */
export interface Place {
  readonly partition: number
  readonly offset: number
}

/** What the log shows of an event's way. */
export interface Ledger {
  /** By event id: where it first stands in `events`. */
  readonly events: ReadonlyMap<string, Place>
  /** By identity (see {@link identityOf}): groups that a valid cut took, each once; void ones' too, which are to stand among the dead letters. */
  readonly taken: ReadonlySet<string>
  /** What each result tells of learning, and what should have been learned by then, both since the first step. */
  readonly told: readonly Account[]
  /** What should have been learned in the end: the examples of all that was taken, but for void cuts and for what was left out and is recorded. */
  readonly due: number
  /** Void cuts' groups, and examples that were left out, that stand nowhere among the dead letters. */
  readonly unkept: number
}

/** How many examples were learned from, and how many there were to learn from. */
export interface Account {
  readonly learned: number
  readonly due: number
}

/** What is wrong with a run, in numbers; all 0 where nothing is. */
export interface Balance {
  /** Accepted events of which nothing was learned, and examples that should have been learned from and were not. */
  readonly lost: number
  /** Examples that were learned more than once. */
  readonly doubled: number
}

/** The identity of a group: (partition, source offset, ordinal). */
export const identityOf = ({ partition, offset }: Place, ordinal: number): string => `${partition}/${offset}/${ordinal}`

/**
 * Holds what was accepted against what was learned.
 *
 * `examplesLearned` is the trainer's own count, kept in its state, and in each result: that a cut names an example is no proof that it was learned from.
 */
export function balance(accepted: Iterable<string>, ledger: Ledger, examplesLearned: number): Balance {
  let missing = 0
  for (const id of accepted) {
    const place = ledger.events.get(id)
    if (!place || !ledger.taken.has(identityOf(place, 0))) missing++
  }
  const { lost, doubled } = weighLearned(ledger, examplesLearned)
  return { lost: missing + lost, doubled }
}

/**
 * Holds what was learned against what there was, from one result to the next: so what was left out of one step and what was learned twice in another do not
 * make up for each other. What was taken out on purpose counts as lost where no dead letter keeps it.
 */
export function weighLearned({ told, due, unkept }: Ledger, examplesLearned: number): Balance {
  let [lost, doubled] = [unkept, 0]
  let before: Account = { learned: 0, due: 0 }
  for (const account of [...told, { learned: examplesLearned, due }]) {
    const short = account.due - before.due - (account.learned - before.learned)
    if (short > 0) lost += short
    else doubled -= short
    before = account
  }
  return { lost, doubled }
}
