import { setTimeout as pause } from 'node:timers/promises'
import type { ShellBlock } from './blocks'
import { startShell, within, type Shell } from './shell'

/** Where blocks run, and how long one may take. */
export interface RunScope {
  readonly directory: string
  readonly blockMsMax: number
  readonly stopMsMax: number
}

/** What became of a block: `problem` is absent where it did what it says. */
export interface Outcome {
  readonly block: ShellBlock
  readonly seconds: number
  /** The end of what it printed so far. */
  readonly printed: string
  readonly problem?: string
}

const POLL_MS = 200

/** Runs the blocks of a page in order; a serving block lives until its section ends. */
export async function* runBlocks(blocks: readonly ShellBlock[], scope: RunScope): AsyncGenerator<Outcome> {
  const serving: Serving[] = []
  try {
    for (const [i, block] of blocks.entries()) {
      const startedMs = performance.now()
      const { shell, problem } =
        block.serves === undefined ? await runToEnd(block, scope) : await beginServing(block.serves, { block, scope, serving })
      yield { block, seconds: secondsSince(startedMs), printed: shell.tail(), problem }
      if (blocks[i + 1]?.section === block.section) continue
      for (let last = serving.pop(); last; last = serving.pop()) yield* stopServing(last, scope)
    }
  } finally {
    await Promise.all(serving.map(({ shell }) => shell.stop(scope.stopMsMax)))
  }
}

interface Serving {
  readonly block: ShellBlock
  readonly shell: Shell
}

interface Run {
  readonly shell: Shell
  readonly problem?: string
}

async function runToEnd(block: ShellBlock, scope: RunScope): Promise<Run> {
  const shell = startShell(block.script, scope.directory)
  if (!(await within(shell.ended, scope.blockMsMax))) {
    await shell.stop(scope.stopMsMax)
    return { shell, problem: `did not end within ${scope.blockMsMax} ms` }
  }
  const code = await shell.ended
  return { shell, problem: code === 0 ? undefined : `ended with ${code}` }
}

async function beginServing(
  address: string,
  { block, scope, serving }: { block: ShellBlock; scope: RunScope; serving: Serving[] },
): Promise<Run> {
  const isTaken = await answers(address)
  const shell = startShell(block.script, scope.directory)
  const problem = isTaken ? `another process answered at ${address} before this block ran` : await untilReady(shell, address, scope)
  if (problem === undefined) serving.push({ block, shell })
  else await shell.stop(scope.stopMsMax)
  return { shell, problem }
}

async function untilReady(shell: Shell, address: string, { blockMsMax }: RunScope): Promise<string | undefined> {
  const deadlineMs = performance.now() + blockMsMax
  while (performance.now() < deadlineMs) {
    if (shell.hasEnded()) return `ended with ${await shell.ended} before ${address} answered`
    if (await answers(address)) return undefined
    await pause(POLL_MS)
  }
  return `${address} did not answer within ${blockMsMax} ms`
}

/** A server must live until it is told to end, and then end by itself; one that does says nothing more. */
async function* stopServing({ block, shell }: Serving, scope: RunScope): AsyncGenerator<Outcome> {
  const startedMs = performance.now()
  const diedEarly = shell.hasEnded()
  const stopped = await shell.stop(scope.stopMsMax)
  if (stopped && !diedEarly) return
  const problem = diedEarly ? 'had ended before its section did' : `did not stop within ${scope.stopMsMax} ms`
  yield { block, seconds: secondsSince(startedMs), printed: shell.tail(), problem }
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(POLL_MS * 10) })).ok
  } catch {
    return false // nobody listens yet
  }
}

const secondsSince = (startedMs: number): number => (performance.now() - startedMs) / 1000
