import { setImmediate } from 'node:timers/promises'
import type { SimulationOptions } from './house'
import { type Outcome, Simulation } from './simulation'

const AT_ONCE = 2 // houses that take turns: what one sets free runs while the other’s turn is prepared; more of them are more for a collector to carry on

/** Runs seeds, several houses taking turns, and tells what each came to. A house knows nothing of the others. */
export async function runSeeds(
  seeds: Iterable<number>,
  onOutcome: (outcome: Outcome) => void,
  options: Omit<SimulationOptions, 'seed'> = {},
): Promise<void> {
  const next: Iterator<number, unknown> = seeds[Symbol.iterator]()
  const running = new Set<Simulation>()
  const begin = (): boolean => {
    const given = next.next()
    if (given.done !== true) running.add(new Simulation({ ...options, seed: given.value }))
    return given.done !== true
  }
  while (running.size < AT_ONCE && begin()) continue
  while (running.size > 0) {
    for (const simulation of running) simulation.turn()
    await setImmediate()
    for (const simulation of running) {
      if (simulation.outcome === undefined) continue
      running.delete(simulation)
      onOutcome(simulation.outcome)
      begin()
    }
  }
}

/** Runs one seed and keeps its schedule. */
export async function replaySeed(options: SimulationOptions): Promise<Outcome> {
  const outcomes: Outcome[] = []
  await runSeeds([options.seed], (outcome) => outcomes.push(outcome), { ...options, isTold: true })
  return outcomes[0]
}
