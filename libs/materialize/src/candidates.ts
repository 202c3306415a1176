import type { EventRecord } from '@freshet/contracts'
import { type Dictionary, labelOf, meaningOf } from '@freshet/features'
import type { KnownItems } from './known-items'
import { type DrawScope, drawCandidates } from './negatives'

/** Where a record stands, and what may be drawn for it. */
export interface CandidateScope extends DrawScope {
  readonly dictionary: Dictionary
  readonly known: KnownItems
}

/** The candidates for a record's negatives: some for a positive event whose type says nothing negative, none for any other. */
export function candidatesFor({ record }: EventRecord, scope: CandidateScope): readonly string[] {
  if (record?.$case !== 'event') return []
  const meaning = meaningOf(scope.dictionary, record.event.type)
  if (meaning === undefined || meaning.explicit || labelOf(meaning, record.event.value) !== 1) return []
  return drawCandidates(scope.known, scope.dictionary.declared.negatives, scope)
}
