import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Tally } from './tally'

/** The seeds of one thread: from, from + step, ... below. */
export interface SeedShare {
  readonly from: number
  readonly below: number
  readonly step: number
}

/** Of the seed that had least of each. */
export interface Least {
  readonly actions: number
  readonly faults: number
}

/** The lesser of both, each by itself. */
export const leastOf = (a: Least, b: Least): Least => ({ actions: Math.min(a.actions, b.actions), faults: Math.min(a.faults, b.faults) })

/** Before any seed. */
export const NO_LEAST: Least = { actions: Infinity, faults: Infinity }

/** What a thread tells of some seeds that have ended. */
export interface SeedsDone {
  readonly seeds: number
  readonly actions: number
  readonly least: Least
  readonly tally: Tally
  readonly violated: readonly { readonly seed: number; readonly rule: string }[]
}

const YOUNG_MB = 192 // promises and messages die young: a small nursery would be emptied all the time

/** Which seeds, and by how many threads. */
export interface SeedsInThreads {
  readonly from: number
  readonly below: number
  readonly threads: number
}

/** Runs the seeds `from` to `below`, and tells of them as they end. Only from built code: threads run no sources. */
export async function runSeedsInThreads({ from, below, threads }: SeedsInThreads, onDone: (done: SeedsDone) => void): Promise<void> {
  const running = Array.from({ length: threads }, async (_, i) => {
    const share: SeedShare = { from: from + i, below, step: threads }
    const worker = new Worker(join(__dirname, 'seed-worker.js'), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    worker.on('message', onDone)
    await once(worker, 'exit') // rejects with what ended the thread, where something did
  })
  await Promise.all(running)
}
