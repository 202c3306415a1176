import { DeadLetter, PayloadKind } from '@freshet/contracts'
import { DEAD_LETTER } from '@freshet/event-log'
import { InvalidFieldError, type FreshetError } from '@freshet/kernel'
import type { PartitionWriter } from './partition-writer'

/** A record that was not taken, and where it came from. */
export interface Refusal {
  readonly payload: Uint8Array
  readonly kind: PayloadKind
  readonly source: string
  readonly error: FreshetError
}

/** What frames the letters: the time, and how much of a payload is kept. */
export interface LetterScope {
  readonly nowMs: number
  readonly payloadBytesMax: number
}

/**
 * Keeps what was refused for good, with the reason. A refusal that a repetition may heal is the sender's to repeat: no letter.
 * A letter that cannot be written changes nothing for the sender, who has the reason already.
 */
export async function writeDeadLetters(writer: PartitionWriter, refusals: readonly Refusal[], scope: LetterScope): Promise<void> {
  const entries = refusals
    .filter(({ error }) => !error.retryable)
    .map((refusal) => ({ key: refusal.source, value: letterBytes(refusal, scope) }))
  if (entries.length > 0) await writer.write(DEAD_LETTER.partition, entries).catch(() => undefined)
}

/** The field that a refusal is about: empty where it is about the whole. */
export const fieldOf = (error: FreshetError): string =>
  error instanceof InvalidFieldError ? error.facts.field : 'field' in error ? String(error.field) : ''

function letterBytes({ payload, kind, source, error }: Refusal, { nowMs, payloadBytesMax }: LetterScope): Uint8Array {
  const kept = payload.subarray(0, payloadBytesMax)
  return DeadLetter.encode({
    payload: kept,
    payloadBytes: payload.length,
    kind,
    source,
    code: error.code,
    field: fieldOf(error),
    message: error.message,
    timeMs: nowMs,
    replayed: [],
    forgotten: [],
  }).finish()
}
