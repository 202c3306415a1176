import { spawn } from 'node:child_process'

/** A script that runs as a reader's shell would run it, in a process group of its own. */
export interface Shell {
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>
  hasEnded(): boolean
  /** The end of what it printed. */
  tail(): string
  /** Asks the whole group to end; false where it had to be killed. */
  stop(graceMs: number): Promise<boolean>
}

const TAIL_CHARACTERS = 20_000 // a test run ends with what failed

/** Starts `script` in `directory`, with no input, failing at its first failing line. */
export function startShell(script: string, directory: string): Shell {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (printed = (printed + bytes.toString()).slice(-TAIL_CHARACTERS)))
  let ended = false
  const end = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      ended = true
      resolve(code ?? signal ?? 1)
    })
  })
  return { ended: end, hasEnded: () => ended, tail: () => printed, stop: (graceMs) => stopGroup(child.pid, { end, graceMs }) }
}

async function stopGroup(group: number | undefined, { end, graceMs }: { end: Promise<unknown>; graceMs: number }): Promise<boolean> {
  signalGroup(group, 'SIGTERM')
  if (await within(end, graceMs)) return true
  signalGroup(group, 'SIGKILL')
  await end
  return false
}

/** A group that is gone already needs no signal. */
function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Whether a promise settles in time. */
export async function within(settled: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)))
  const outcome = await Promise.race([settled.then(() => true), late])
  clearTimeout(timer)
  return outcome
}
