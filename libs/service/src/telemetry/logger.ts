import { isatty } from 'node:tty'
import type { LoggerService } from '@nestjs/common'
import { isFreshetError } from '@freshet/kernel'
import { destination, pino, stdSerializers, stdTimeFunctions, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Opens the process's log on stderr: JSON lines, or one-liners where a person watches. Answers belong to stdout. */
export function openLogger({ name, level }: { readonly name: string; readonly level: string }): Logger {
  const sink = isatty(process.stderr.fd)
    ? { write: (line: string) => void process.stderr.write(prettyLine(line)) }
    : destination({ dest: 2, sync: true })
  return pino({ name, level, base: undefined, timestamp: stdTimeFunctions.isoTime, serializers: { err: errorFacts } }, sink)
}

/** An operating error by what it says, which names value, rule and remedy; anything else with its stack, for it is a defect. */
export function errorFacts(error: unknown): object {
  if (isFreshetError(error)) return { code: error.code, message: error.message }
  return error instanceof Error ? stdSerializers.err(error) : { message: String(error) }
}

/** One record as one line: time of day, level, message, then what else it holds, but for whole configurations. */
export function prettyLine(record: string): string {
  const { level, time, name = '', msg = '', err, ...rest } = JSON.parse(record) as LogRecord
  const facts = Object.entries({ ...rest, config: undefined })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' && !STEERING.test(value) ? value : JSON.stringify(value)}`)
  const stack = isError(err) ? `\n    ${err.stack ?? err.message}` : ''
  return `${time.slice(11, 23)} ${(LEVELS[level] ?? '').padEnd(5)} ${name} ${msg}${facts.join('')}${stack}\n`
}

/** Nest's own words, one level lower than it says them: they matter to whoever debugs the wiring. */
export const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown, context: unknown) => logger.trace({ context }, String(message)),
  debug: (message: unknown, context: unknown) => logger.trace({ context }, String(message)),
  verbose: (message: unknown, context: unknown) => logger.trace({ context }, String(message)),
  warn: (message: unknown, context: unknown) => logger.warn({ context }, String(message)),
  error: (message: unknown, stack: unknown) => logger.error({ stack }, String(message)),
  fatal: (message: unknown, context: unknown) => logger.fatal({ context }, String(message)),
})

interface LogRecord {
  readonly level: number
  readonly time: string
  readonly name?: string
  readonly msg?: string
  readonly err?: unknown
  readonly [fact: string]: unknown
}

/** What would break the line, or steer the terminal. */
const STEERING = /\p{Cc}/u
const LEVELS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

const isError = (value: unknown): value is { readonly stack?: string; readonly message: string } =>
  typeof value === 'object' && value !== null && 'message' in value
