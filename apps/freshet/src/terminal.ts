import { FreshetError, isFreshetError } from '@freshet/kernel'
import { detailsOf, EXIT_CODE } from '@freshet/service'

/** Where a command speaks: answers on stdout, all else on stderr. */
export interface Terminal {
  /** What was asked for: one JSON document with `--json`, else text for people. */
  answer(value: unknown, text: string): void
  /** One of several lines of an answer that grows: a JSON document a line with `--json`. */
  line(value: unknown, text: string): void
  /** What a person wants to know meanwhile. */
  note(text: string): void
}

/** The streams that a terminal writes to. */
export interface Output {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/** One of them. */
export interface OutputStream {
  readonly isTTY?: boolean
  /** How wide a terminal is. */
  readonly columns?: number
  write(text: string): unknown
}

/** Opens a terminal for one command. */
export function openTerminal({ stdout, stderr }: Output, isJson: boolean): Terminal {
  const line = (value: unknown, text: string): void => void stdout.write(`${isJson ? JSON.stringify(value) : text}\n`)
  return {
    answer: (value, text) => void stdout.write(`${isJson ? JSON.stringify(value, null, 2) : text}\n`),
    line,
    note: (text) => void stderr.write(`${text}\n`),
  }
}

/** A command's answer says already what is wrong: nothing is added to it, and the process ends with 1. */
export class AnsweredError extends FreshetError {
  override readonly name = 'AnsweredError'
  readonly code = 'PRECONDITION'
  readonly retryable = false
}

/** Says why a command failed, and with what the process ends: see EXIT_CODES in the help. */
export function reportFailure({ stdout, stderr }: Output, error: unknown, isJson: boolean): number {
  if (error instanceof AnsweredError) return 1
  const known = isFreshetError(error)
  if (isJson)
    stdout.write(
      `${JSON.stringify({ error: known ? detailsOf(error) : { code: 'INTERNAL', message: String(error), retryable: false } })}\n`,
    )
  const words = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  stderr.write(`freshet: ${words}\n`)
  return known ? EXIT_CODE[error.code] : 1
}

/** Says to a program how a command was used wrongly; people were told on stderr. */
export function reportMisuse({ stdout }: Output, message: string): void {
  stdout.write(`${JSON.stringify({ error: { code: 'INVALID_FIELD', message, retryable: false } })}\n`)
}

/** Columns of equal width, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const widths = Array.from({ length: columns }, (_, i) => rows.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), 0))
  const pad = (cell: string, i: number): string => (NUMBER.test(cell) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** What is known of one thing, a name and a value a line. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n')
}

/** 1234567 as people read it. */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

const NUMBER = /^-?[\d,]+(\.\d+)?( [a-zA-Z%/]+)?$/
