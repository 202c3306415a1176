import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'

/** Another process that runs one of our TypeScript files, and speaks by `process.send`. */
export interface SpawnedSource extends AsyncDisposable {
  readonly pid: number
  /** The next message of the child, in order. Throws UnavailableError with its last words when it ended instead. */
  readonly next: () => Promise<unknown>
  /** Tells the child something: its `process.on('message', …)`. */
  send(message: object | string | number): void
  /** Signals it; SIGKILL unless told otherwise. */
  kill(signal?: NodeJS.Signals): void
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** What a child may be given beside its arguments. */
export interface SpawnOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** The largest file that the child may write: what lies beyond fails as on a full disk. Needs a POSIX shell. */
  readonly fileBytesMax?: number
}

/**
 * The arguments with which `node`, or a worker thread (`execArgv`), runs TypeScript from source and finds `@freshet/*` there,
 * so that tests of several processes need no build.
 */
export const sourceArguments: readonly string[] = [
  '--conditions=@freshet/source',
  '--require',
  join(__dirname, '..', 'source-hook.cjs'), // beside src/ and dist/
]

/**
 * Runs `file` (an absolute path to a .ts file) in a process of its own; disposing kills it.
 *
 * `await using writer = spawnSource(join(__dirname, 'writer.fixture.ts'), [directory])`
 */
export function spawnSource(file: string, args: readonly string[] = [], options: SpawnOptions = {}): SpawnedSource {
  const child = fork(file, args, {
    ...interpreter(options),
    env: { ...process.env, ...options.environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const inbox = openInbox(child, file)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code ?? 0)))
  return {
    pid: child.pid ?? 0,
    ended,
    next: inbox.next,
    send: (message) => void child.send(message),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Node itself, or a shell that becomes Node once it has set the limit. */
function interpreter({ fileBytesMax }: SpawnOptions): { execPath: string; execArgv: string[] } {
  if (fileBytesMax === undefined) return { execPath: process.execPath, execArgv: [...sourceArguments] }
  const become = `ulimit -f ${Math.floor(fileBytesMax / SHELL_BLOCK_BYTES)} && exec "$0" "$@"`
  return { execPath: '/bin/sh', execArgv: ['-c', become, process.execPath, ...sourceArguments] }
}

/** Messages and those who wait for one, whichever comes first; the end of the child answers all that wait. */
function openInbox(child: ChildProcess, file: string): { readonly next: () => Promise<unknown> } {
  const messages: unknown[] = []
  const waiting: { readonly resolve: (message: unknown) => void; readonly reject: (error: Error) => void }[] = []
  let lastWords = ''
  let over: Error | undefined
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS_MAX)))
  child.on('message', (message) => {
    const first = waiting.shift()
    if (first) first.resolve(message)
    else messages.push(message)
  })
  child.on('close', (code, signal) => {
    over = new UnavailableError(`the process of ${file}, ended by ${signal ?? code},`, lastWords.trim() || 'it said nothing')
    for (const { reject } of waiting.splice(0)) reject(over)
  })
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (messages.length > 0) resolve(messages.shift())
      else if (over) reject(over)
      else waiting.push({ resolve, reject })
    })
  return { next }
}

const SHELL_BLOCK_BYTES = 512 // the unit of ulimit -f in POSIX
const LAST_WORDS_MAX = 4000 // characters: an error with its stack
