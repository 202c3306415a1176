import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { InvalidFieldError, UnavailableError } from '@freshet/kernel'
import { type Spent, spentBy } from '../engine/spent'

/** A peer that takes the same steps in another process: asked one line, it answers one line. */
export interface Peer extends AsyncDisposable {
  /** What it says of itself: versions, threads, the fastest of its ways. */
  readonly description: string
  readonly pid: number
  /** Asks one line; the answer is one line. */
  ask(line: string): Promise<string>
  /** Takes so many steps; answers the seconds that they took. */
  run(steps: number): Promise<number>
  /** As {@link run}, of the named kind where there are several, and what its processor was busy with them. */
  spend(steps: number, kind?: string): Promise<Spent>
}

/** How a peer is started. */
export interface PeerOptions {
  /** A program that runs the script. */
  readonly interpreter: string
  readonly script: string
  readonly args: readonly string[]
  /** Told what the peer says on stderr. */
  readonly say: (text: string) => void
}

/** Starts a peer and waits until it is warm: it then has written one line about itself. Throws UnavailableError where it ends instead. */
export async function openPeer({ interpreter, script, args, say }: PeerOptions): Promise<Peer> {
  const child = spawn(interpreter, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  if (child.stderr) createInterface({ input: child.stderr }).on('line', say)
  const lines = linesOf(child, interpreter)
  const description = await lines.next()
  const pid = child.pid ?? 0
  const ask = (line: string): Promise<string> => {
    child.stdin?.write(`${line}\n`)
    return lines.next()
  }
  const run = async (steps: string): Promise<number> => {
    const answer = await ask(steps)
    const seconds = Number(answer)
    if (answer !== '' && seconds > 0) return seconds
    throw new InvalidFieldError({ field: 'seconds', value: answer, rule: 'a peer answers the time it took', remedy: `look at ${script}` })
  }
  return {
    ...{ description, pid, ask },
    run: (steps) => run(`${steps}`),
    spend: (steps, kind) => spentBy(pid, () => run(kind === undefined ? `${steps}` : `${kind} ${steps}`)),
    async [Symbol.asyncDispose]() {
      child.stdin?.end()
      child.kill()
    },
  }
}

/** Lines as they are asked for; the end of the process answers whoever waits. */
function linesOf(child: ChildProcess, name: string): { next(): Promise<string> } {
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new UnavailableError(`the peer ${name}`, error.message)))
    child.once('close', (code, signal) => reject(new UnavailableError(`the peer ${name}`, `it ended with ${signal ?? code}`)))
  })
  ended.catch(() => undefined) // seen by whoever waits
  const reader: Interface | undefined = child.stdout ? createInterface({ input: child.stdout }) : undefined
  const iterator = reader?.[Symbol.asyncIterator]()
  const read = async (): Promise<string> => {
    const line: IteratorResult<string, unknown> | undefined = await iterator?.next()
    return line === undefined || line.done ? ended : line.value
  }
  return { next: () => Promise.race([read(), ended]) }
}
