import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import type { Trial } from './step-trial'

const LAUNCHER = resolve(__dirname, '../../bin/freshet.mjs')
const TRIAL_MS = 120_000 // the first use of an accelerator compiles kernels

/** Tries a provider in a process of its own: a driver that crashes takes down nothing else, and is seen to have. */
export function tryInOwnProcess(provider: string, launcher = LAUNCHER): Promise<Trial> {
  const args = [launcher, 'doctor', '--on', provider, '--json']
  return new Promise((done) => {
    execFile(process.execPath, args, { timeout: TRIAL_MS, maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
      const trial = trialIn(stdout)
      if (trial !== undefined) return done(trial)
      const ended = error?.signal ? `its process ended by ${error.signal}` : `its process ended with ${error?.code ?? 0}`
      done({ provider, reason: [ended, lastLine(stderr)].filter(Boolean).join(': ') })
    })
  })
}

function trialIn(text: string): Trial | undefined {
  try {
    const document = JSON.parse(text) as Partial<Trial>
    return document.provider === undefined ? undefined : (document as Trial)
  } catch {
    return undefined
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
