import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'
import { WORKSPACE } from '../harness/workspace'

const LAST_WORDS_MAX = 2000 // characters

/** Runs `freshet` as a user does, with `--json`, and reads its answer. Throws UnavailableError with its last words where it fails. */
export async function freshet<T>(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<T> {
  const child = spawn(process.execPath, [join(WORKSPACE, 'apps/freshet/bin/freshet.mjs'), ...args, '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [answer, lastWords] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS_MAX)))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return JSON.parse(answer) as T
  throw new UnavailableError(`freshet ${args.join(' ')}`, `it ended with ${code}; it last said:\n${lastWords.trim()}`)
}
