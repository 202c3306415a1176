import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { installLightSignals } from './light-signals'
import { runSeeds } from './run-seeds'
import { sumOf } from './tally'
import { leastOf, NO_LEAST, type SeedShare, type SeedsDone } from './threads'

const TELL_EVERY = 64

/** A thread that simulates its share of the seeds, and tells of them by the dozen. */
async function main({ from, below, step }: SeedShare, tell: (done: SeedsDone) => void): Promise<void> {
  installLightSignals()
  Error.stackTraceLimit = 0 // refusals are daily work here; who replays a seed gets the stack
  let done = nothing()
  const flush = (): void => {
    tell(done)
    done = nothing()
  }
  await runSeeds(every(from, below, step), ({ seed, actions, faults, violations, tally }) => {
    done.seeds++
    done.actions += actions
    done.least = leastOf(done.least, { actions, faults })
    done.tally = sumOf(done.tally, tally)
    if (violations.length > 0) done.violated.push({ seed, rule: violations[0] })
    if (done.seeds === TELL_EVERY) flush()
  })
  flush()
}

const nothing = () => ({ seeds: 0, actions: 0, least: NO_LEAST, tally: sumOf(), violated: [] as SeedsDone['violated'][number][] })

function* every(from: number, below: number, step: number): Iterable<number> {
  for (let seed = from; seed < below; seed += step) yield seed
}

if (!isMainThread && parentPort) {
  const port = parentPort
  void main(workerData as SeedShare, (done) => port.postMessage(done))
}
