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
  readonly problem?: string
}

const POLL_MS = 200

/** Runs the blocks of a page in order; a serving block lives until its section ends. */
export async function* runBlocks(blocks: readonly ShellBlock[], scope: RunScope): AsyncGenerator<Outcome> {
  const serving: Serving[] = []
  try {
    for (const [i, block] of blocks.entries()) {
      const startedMs = performance.now()
      const problem = block.serves === undefined ? await runToEnd(block, scope) : await beginServing(block, { scope, serving })
      yield { block, seconds: secondsSince(startedMs), problem }
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

async function runToEnd(block: ShellBlock, scope: RunScope): Promise<string | undefined> {
  const shell = startShell(block.script, scope.directory)
  if (!(await within(shell.ended, scope.blockMsMax))) {
    await shell.stop(scope.stopMsMax)
    return `did not end within ${scope.blockMsMax} ms\n${shell.tail()}`
  }
  const code = await shell.ended
  return code === 0 ? undefined : `ended with ${code}\n${shell.tail()}`
}

async function beginServing(block: ShellBlock, { scope, serving }: { scope: RunScope; serving: Serving[] }): Promise<string | undefined> {
  const shell = startShell(block.script, scope.directory)
  const problem = await untilReady(shell, block.serves ?? '', scope)
  if (problem === undefined) serving.push({ block, shell })
  else await shell.stop(scope.stopMsMax)
  return problem
}

async function untilReady(shell: Shell, address: string, { blockMsMax }: RunScope): Promise<string | undefined> {
  const deadlineMs = performance.now() + blockMsMax
  while (performance.now() < deadlineMs) {
    if (shell.hasEnded()) return `ended with ${await shell.ended} before ${address} answered\n${shell.tail()}`
    if (await answers(address)) return undefined
    await pause(POLL_MS)
  }
  return `${address} did not answer within ${blockMsMax} ms\n${shell.tail()}`
}

/** A server must live until it is told to end, and then end by itself. */
async function* stopServing({ block, shell }: Serving, scope: RunScope): AsyncGenerator<Outcome> {
  const startedMs = performance.now()
  const diedEarly = shell.hasEnded()
  const stopped = await shell.stop(scope.stopMsMax)
  const problem = diedEarly ? 'had ended before its section did' : stopped ? undefined : `did not stop within ${scope.stopMsMax} ms`
  if (problem) yield { block, seconds: secondsSince(startedMs), problem: `${problem}\n${shell.tail()}` }
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(POLL_MS * 10) })).ok
  } catch {
    return false // nobody listens yet
  }
}

const secondsSince = (startedMs: number): number => (performance.now() - startedMs) / 1000
