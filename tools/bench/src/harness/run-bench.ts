import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { InvalidFieldError } from '@freshet/kernel'
import { reportOf, type Measured } from './report'

/** What a bench works with. */
export interface BenchScope {
  /** A prefix of the same work, for a first impression. */
  readonly isQuick: boolean
  /** An empty folder, removed when the bench ends. */
  readonly directory: string
  /** What was asked for beside that, by the names that the bench says it knows: `--seeds 1..4` is `{ seeds: '1..4' }`. */
  readonly options: Readonly<Record<string, string | undefined>>
  /** Speaks to people. */
  say(text: string): void
}

/** A program that measures: figures by name. */
export type Bench = (scope: BenchScope) => Promise<Readonly<Record<string, Measured>>>

/** Where and how a bench runs, where that is not as usual. */
export interface BenchSetting {
  /** Options with a value that it knows beside --quick. */
  readonly knows?: readonly string[]
  readonly terminal?: Terminal
}

/** Where a bench speaks and what it was asked: the process, or a test's stand-in. */
export interface Terminal {
  readonly args: readonly string[]
  out(text: string): void
  error(text: string): void
}

/**
 * Runs a bench as a program: text for people on stderr, one JSON document on stdout.
 *
 * returns  the exit code: 0 whatever the figures say, 1 where the bench could not run
 */
export async function runBench(name: string, bench: Bench, { knows = [], terminal = ofProcess() }: BenchSetting = {}): Promise<number> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), `freshet-bench-${name}-`))
  try {
    const { isQuick, options } = readArguments(terminal.args, knows)
    const scope: BenchScope = { isQuick, directory, options, say: (text) => terminal.error(`${text}\n`) }
    const report = reportOf(name, await bench(scope), isQuick)
    terminal.out(`${JSON.stringify(report, null, 2)}\n`)
    return 0
  } catch (error) {
    terminal.error(`bench ${name} failed to run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return 1
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

function readArguments(args: readonly string[], knows: readonly string[]): Pick<BenchScope, 'isQuick' | 'options'> {
  const options: Record<string, string | undefined> = {}
  const plain: string[] = []
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, '')
    if (knows.includes(name) && i + 1 < args.length) options[name] = args[++i]
    else plain.push(args[i])
  }
  const unknown = plain.find((arg) => arg !== '--quick')
  if (unknown !== undefined) {
    const known = ['--quick', ...knows.map((name) => `--${name} VALUE`)]
    const rule = known.length === 1 ? 'a bench knows --quick only' : `this bench knows ${known.join(', ')}`
    throw new InvalidFieldError({ field: 'argument', value: unknown, rule, remedy: 'leave it out' })
  }
  return { isQuick: plain.includes('--quick'), options }
}

const ofProcess = (): Terminal => ({
  args: process.argv.slice(2),
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
})
