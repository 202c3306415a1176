import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from './house.fixture'

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Where and with which settings a process runs. */
export interface Surroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command line of Node until it ends. */
async function runNode(args: readonly string[], { cwd, env = {} }: Surroundings): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

/** Runs a service as a process of its own, which is expected to end by itself. */
export const runService = (service: string, surroundings: Surroundings): Promise<Ended> =>
  runNode([join(ROOT, 'apps', service, 'dist', 'main.js')], surroundings)

/** Runs the command line. */
export const runFreshet = (args: readonly string[], surroundings: Surroundings): Promise<Ended> =>
  runNode([join(ROOT, 'apps', 'freshet', 'bin', 'freshet.mjs'), ...args], surroundings)
