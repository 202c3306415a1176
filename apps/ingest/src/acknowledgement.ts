import type { ingest } from '@freshet/contracts/services'
import { fieldOf, type Outcome, type Refused } from '@freshet/intake'
import { InvalidFieldError, valueText } from '@freshet/kernel'

const VALUE_CHARACTERS_MAX = 200 // enough to recognise it; an answer is no copy of its request

/** An outcome as the contract says it. */
export function acknowledge(outcome: Outcome): ingest.Acknowledgement {
  if (outcome.kind === 'refused') return { outcome: { $case: 'rejected', rejected: rejectionOf(outcome) } }
  return { outcome: { $case: 'accepted', accepted: { partition: outcome.partition, offset: outcome.offset } } }
}

function rejectionOf({ error }: Refused): ingest.Rejection {
  const value = error instanceof InvalidFieldError ? valueText(error.facts.value) : 'value' in error ? String(error.value) : ''
  return {
    code: error.code,
    field: fieldOf(error),
    value: value.slice(0, VALUE_CHARACTERS_MAX),
    message: error.message,
    retryable: error.retryable,
  }
}
