import { InvalidFieldError, type FieldFacts, type FreshetError } from '@freshet/kernel'

/**
 * A refusal in the names of the JSON that was refused. The contract, the log and dead letters say `time_ms`; who wrote `timeMs` reads
 * `timeMs`, and who wrote `time_ms` reads that.
 */
export function inNamesOf(json: unknown, error: FreshetError): FreshetError {
  if (!(error instanceof InvalidFieldError) || isSnakeCase(json)) return error
  const { field, value, rule, remedy } = error.facts
  return new InvalidFieldError({ field: camelCased(field), value, rule: camelCased(rule), remedy: camelCased(remedy) } satisfies FieldFacts)
}

/** What is said of an event's fields in the names of its JSON, for whoever did not keep the JSON. */
export const inJsonNames = (text: string): string => camelCased(text)

/** Only the names of fields: the words of a rule, and a user's own names in it, stay as they are. */
const camelCased = (text: string): string =>
  text.replace(NAMES, (name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))

const NAMES = /\b(event_id|user_id|session_id|item_ids?|time_ms|request_id)\b/g

/** One name of that kind is enough: nobody mixes them. */
const isSnakeCase = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && Object.keys(json).some((name) => name.includes('_'))
