import type { JournalRecord } from '@freshet/contracts'
import { InvalidFieldError } from '@freshet/kernel'
import { rules, type Kind, type Rule } from './rules'
import type { JournalState, VoidReason } from './state'

/** What one record came to. */
export interface Verdict {
  readonly state: JournalState
  readonly verdict: 'valid' | 'void'
  /** Present where the record is void. */
  readonly reason?: VoidReason
}

/**
 * Folds one record of the journal: its place decides, not its writer, so all readers agree, whoever wrote what when.
 *
 *     genesis     nothing came before it, epoch 1                  its writer owns the line
 *     cut         epoch and owner current, step = last + 1         one more step, pending
 *     result      epoch and owner current, from = last result + 1, the steps up to `to` have their result, once the part that
 *                 to ≤ last cut                                    does not `continue` has come
 *     grant       by the owner, epoch = current + 1,               `to` owns the line
 *                 previous = last valid offset
 *     claim       by anybody, epoch = current + 1,                 its writer owns the line; if the last owner owed a result,
 *                 previous = last valid offset                     that is one more death for the first cut without one
 *     heartbeat   epoch and owner current                          nothing: it proves life, and no claim loses to it
 *     serve       epoch and owner current                          rankers turn to a version; an empty one: back to training
 *     reset       by the owner, epoch = current + 1                the state becomes a version's; positions and step go on, and
 *                                                                  cuts that are pending are never executed
 *     void cut    epoch and owner current, the cut is pending      the cut is not executed: readers who did reopen a version
 *     configure   epoch and owner current, effective > last cut;   settings change at that step; another dictionary holds from it on
 *                 of a dictionary: = last cut + 1, and no cut pending
 *
 * All else is void and counted: what a zombie writes, a retry's second copy, all but the first of several claims, a claim that
 * does not know the last valid record. A result's parts say the same steps; a new owner, or the same one after a crash, may
 * begin them anew, since each holds values as they are after `to`: a reader by value applies them when the last has come. The
 * steps of a result may include void ones. A target declines a grant by writing nothing; then anybody may claim.
 *
 * throws  InvalidFieldError when the offset is not beyond the last valid one: a reader that goes backwards
 */
export function foldJournal(state: JournalState, record: JournalRecord, offset: number): Verdict {
  if (offset <= state.lastOffset) throw backwards(state, offset)
  const change = judge(state, record, offset)
  if (typeof change === 'string') return { state: countVoid(state, change), verdict: 'void', reason: change }
  const lastOffset = record.record?.$case === 'heartbeat' ? state.lastOffset : offset
  return { state: { ...state, ...change, lastOffset }, verdict: 'valid' }
}

function judge(state: JournalState, { record, epoch, owner }: JournalRecord, offset: number): Partial<JournalState> | VoidReason {
  if (!record) return 'malformed'
  if (state.epoch === 0 && record.$case !== 'genesis') return 'no-genesis'
  const kind: Kind = record.$case
  const rule = rules[kind] as Rule<unknown>
  return rule({ state, body: (record as unknown as Record<Kind, unknown>)[kind], epoch, writer: owner, offset })
}

const countVoid = (state: JournalState, reason: VoidReason): JournalState => ({
  ...state,
  voids: state.voids + 1,
  voidReasons: { ...state.voidReasons, [reason]: (state.voidReasons[reason] ?? 0) + 1 },
})

const backwards = (state: JournalState, offset: number): InvalidFieldError =>
  new InvalidFieldError({
    ...{ field: 'offset', value: offset, rule: `the fold has come to ${state.lastOffset}, and goes on from there` },
    remedy: 'start again from a state before it',
  })
