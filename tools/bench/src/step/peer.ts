import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { InvalidFieldError, UnavailableError } from '@freshet/kernel'

/** A peer that takes the same steps in another process: asked one line, it answers one line. */
export interface Peer extends AsyncDisposable {
  /** What it says of itself: versions, threads, the fastest of its ways. */
  readonly description: string
  /** Takes so many steps; answers the seconds that they took. */
  run(steps: number): Promise<number>
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
  return {
    description,
    async run(steps) {
      child.stdin?.write(`${steps}\n`)
      const answer = await lines.next()
      const seconds = Number(answer)
      if (answer !== '' && seconds > 0) return seconds
      throw new InvalidFieldError({ field: 'seconds', value: answer, rule: 'a peer answers the time it took', remedy: `look at ${script}` })
    },
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
