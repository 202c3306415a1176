/** What a simulated house can meet. A simulator that has stopped meeting one of these proves less than it did. */
export const ENCOUNTERS = [
  'grants',
  'claims',
  'declines', // a claim where somebody else had been granted the line
  'cuts',
  'rows_gone', // ids that lost their rows, as results tell
  'rebalances', // of feature stores that had partitions: a share that changed
  'commits_refused', // a zombie's, or a race's loser's
  'appends_refused', // the same at the journal
  'restorations_from_snapshot',
  'restorations_from_log',
  'takeovers_of_emptied', // the first commit to a partition that came back empty, by another than its last owner
  'retention_trims', // of events or touches
  'trainer_trims', // of journal or examples
  'duplicates', // events that were said twice
  'late_events',
  'forgets', // records, whoever was forgotten
  'links',
  'histories_moved', // parts of a session's history, in the order of their user's partition
  'corrections',
  'dictionary_changes', // as the journal records them
  'dictionaries_told_again', // records of a change that a partition has come to
  'older_examples', // learned from under a later dictionary than the one that made them
  'examples_left_out', // whose gradients were not finite, as results tell
  'deadly_steps', // that ended a process, or a thread
  'cuts_voided',
  'versions_torn',
  'snapshots_torn',
  'moves',
  'kills',
  'freezes',
] as const

/** One of {@link ENCOUNTERS}. */
export type Encounter = (typeof ENCOUNTERS)[number]

/** Told of each encounter. */
export type Met = (what: Encounter, times?: number) => void

/** How often each was met. */
export type Tally = Readonly<Record<Encounter, number>>

/** A tally that begins at nothing, or a sum of several; what was not counted yet when one was taken counts as nothing in it. */
export function sumOf(...tallies: readonly Partial<Tally>[]): Record<Encounter, number> {
  return Object.fromEntries(ENCOUNTERS.map((each) => [each, tallies.reduce((sum, tally) => sum + (tally[each] ?? 0), 0)])) as Record<
    Encounter,
    number
  >
}
