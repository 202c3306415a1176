import { inspect } from 'node:util'

/** All the ways in which Freshet refuses: closed, so that one table maps each to gRPC and HTTP. */
export type ErrorCode =
  | 'INVALID_FIELD'
  | 'MESSAGE_TOO_LARGE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'OFFSET_CONFLICT'
  | 'OFFSET_OUT_OF_RANGE'
  | 'STALE_POSITION'
  | 'SCHEMA_MISMATCH'
  | 'SHAPE_MISMATCH'
  | 'CORRUPT'
  | 'NOT_OWNER'
  | 'PRECONDITION'
  | 'OVERLOADED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'DISK_FULL'
  | 'PORT_IN_USE'
  | 'CONFIGURATION'
  | 'INTERNAL'

/** An operating error as data: the code is closed, the message names field, value, rule and remedy. */
export abstract class FreshetError extends Error {
  abstract readonly code: ErrorCode
  abstract readonly retryable: boolean
}

/** What a refusal of one value consists of. */
export interface FieldFacts {
  readonly field: string
  readonly value: unknown
  readonly rule: string
  readonly remedy: string
}

/** A value that breaks a rule. */
export class InvalidFieldError extends FreshetError {
  override readonly name = 'InvalidFieldError'
  readonly code = 'INVALID_FIELD'
  readonly retryable = false

  constructor(readonly facts: FieldFacts) {
    super(`${facts.field} is ${spell(facts.value)}, but ${facts.rule}; ${facts.remedy}`)
  }
}

/** Something that was asked for and does not exist. */
export class NotFoundError extends FreshetError {
  override readonly name = 'NotFoundError'
  readonly code = 'NOT_FOUND'
  readonly retryable = false

  constructor(
    readonly what: string,
    readonly value: string,
    readonly remedy: string,
  ) {
    super(`${what} ${spell(value)} does not exist; ${remedy}`)
  }
}

/** A request that the present state forbids. */
export class PreconditionError extends FreshetError {
  override readonly name = 'PreconditionError'
  readonly code = 'PRECONDITION'
  readonly retryable = false

  constructor(
    readonly rule: string,
    readonly remedy: string,
  ) {
    super(`${rule}; ${remedy}`)
  }
}

/** Bytes that are not what was written. */
export class CorruptError extends FreshetError {
  override readonly name = 'CorruptError'
  readonly code = 'CORRUPT'
  readonly retryable = false

  constructor(
    readonly where: string,
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(`${where}: ${reason}; ${remedy}`)
  }
}

/** A dependency that does not answer now and may answer later. */
export class UnavailableError extends FreshetError {
  override readonly name = 'UnavailableError'
  readonly code = 'UNAVAILABLE'
  readonly retryable = true

  constructor(
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what} is not available; ${remedy}`)
  }
}

/** True for errors that a caller may see as they are. */
export const isFreshetError = (error: unknown): error is FreshetError => error instanceof FreshetError

/** A refused value as text, as whoever sent it would recognise it: a list by its elements, objects by what they hold, to a bounded depth. */
export const valueText = (value: unknown): string =>
  Array.isArray(value) ? value.slice(0, ELEMENTS_MAX).map(elementText).join() : elementText(value)

const elementText = (value: unknown): string => (typeof value === 'object' && value !== null ? inspect(value, LINE) : String(value))
const ELEMENTS_MAX = 40
const LINE = { depth: 2, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 80 }
const VALUE_CHARACTERS_MAX = 80 // an error stays one readable line

function spell(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : valueText(value)
  const shown = text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX).replace(HALF_PAIR, '')}…` : text
  return shown.replace(CONTROLS, escaped)
}

/** What a cut leaves of a character of two code units. */
const HALF_PAIR = /[\ud800-\udbff]$/
/** What breaks a line, or steers a terminal. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
