import type { Configure, Genesis } from '@freshet/contracts'
import { CHECKSUM_START, spellChecksum } from '@freshet/kernel'

/** Why a record counts for nothing. */
export type VoidReason =
  /** Its bytes are no record, or a record of a kind that this reader does not know. */
  | 'malformed'
  /** Nothing but a genesis can come first. */
  | 'no-genesis'
  /** The line has begun already: another process was faster. */
  | 'genesis-exists'
  /** Its epoch is not the one that it would have to be: a zombie, a retry, or the loser of a race. */
  | 'epoch'
  /** Its writer does not own the line. */
  | 'owner'
  /** A cut that does not follow the last one: a retry, or two owners of one name. */
  | 'step'
  /** A result that does not follow the last one, or goes beyond the last cut. */
  | 'range'
  /** A result whose chain is not eight bytes. */
  | 'chain'
  /** A grant or claim by somebody who has not read all that is valid. */
  | 'previous'
  /** A grant to nobody, or to the owner itself. */
  | 'target'
  /** A void of a cut that has a result, was never made, or is void already. */
  | 'not-pending'
  /** A configuration that would take effect on a step which is cut already; or another dictionary while a cut has no result, or of a later step than the next. */
  | 'effective-step'
  /** A dictionary that is not beyond the last one: a retry. */
  | 'dictionary-number'

/** A result of which parts are still to come. */
export interface OpenResult {
  readonly fromStep: number
  readonly toStep: number
}

/** How many owners in a row have lost the line while the same cut was the first without a result. */
export interface Deaths {
  readonly step: number
  readonly count: number
}

/** Where training was turned back to a version. */
export interface ResetPoint {
  readonly version: string
  /** The last cut before it: the version's state counts as the state after this step, with the positions of this step. */
  readonly step: number
  readonly offset: number
}

/**
 * All that the journal up to some offset decides. Plain data: its JSON, kept with a version, lets a reader start there.
 *
 * What is not here, because it takes more than the journal to know it: whether a chain is right (executors compute it), whether an
 * owner is silent (that takes a clock), the examples' contents.
 */
export interface JournalState {
  /** 0 before the genesis. */
  readonly epoch: number
  /** Who may write cuts; empty before the genesis. */
  readonly owner: string
  /** The last cut's step; 0 before the first. */
  readonly step: number
  /** The last step that has a result; cuts above it are pending. */
  readonly resultStep: number
  /** Of the last result, 16 hexadecimal digits. */
  readonly chain: string
  /** Of the last valid record that was no heartbeat; -1 before the genesis. */
  readonly lastOffset: number
  readonly genesis?: Genesis
  /** The version that rankers are turned to; absent where they follow training. */
  readonly serving?: string
  /** The owner, as long as it was granted the line and has written nothing yet. */
  readonly grantedTo?: string
  readonly openResult?: OpenResult
  /** The last step whose result left rows out: readers by value need a version from there on. */
  readonly omittedStep?: number
  /** Absent where the last owner to lose the line owed no result. */
  readonly deaths?: Deaths
  /** Pending cuts that are not to be executed, ascending. */
  readonly voidSteps: readonly number[]
  readonly reset?: ResetPoint
  /** The last change of configuration, in force or to come. */
  readonly configuration?: Configure
  /** The changes of the dictionary, in order: which one a step is computed under follows from their effective steps. Absent before the first. */
  readonly dictionaries?: readonly Configure[]
  /** Void records so far. */
  readonly voids: number
  readonly voidReasons: Readonly<Partial<Record<VoidReason, number>>>
}

/** The state before the first record. */
export const startFold = (): JournalState => ({
  epoch: 0,
  owner: '',
  step: 0,
  resultStep: 0,
  chain: spellChecksum(CHECKSUM_START),
  lastOffset: -1,
  voidSteps: [],
  voids: 0,
  voidReasons: {},
})
