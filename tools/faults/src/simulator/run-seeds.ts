import type { SimulationOptions } from './house'
import { type Outcome, Simulation } from './simulation'

/** Runs seeds, one house after the other, and tells what each came to. */
export async function runSeeds(
  seeds: Iterable<number>,
  onOutcome: (outcome: Outcome) => void,
  options: Omit<SimulationOptions, 'seed'> = {},
): Promise<void> {
  for (const seed of seeds) onOutcome(await runToItsEnd(new Simulation({ ...options, seed })))
}

/** Runs one seed and keeps its schedule. */
export async function replaySeed(options: SimulationOptions): Promise<Outcome> {
  const outcomes: Outcome[] = []
  await runSeeds([options.seed], (outcome) => outcomes.push(outcome), { ...options, isTold: true })
  return outcomes[0]
}

/**
 * Turns a house, one happening after the other; all that one sets free has run before the next. That is for the most part promises, which
 * end within the same turn of the thread's own loop; what the domain leaves to the next turn, a slice of a version, has it now and then, where
 * there is such a thing: a turn of the loop costs as much as half a happening.
 */
function runToItsEnd(simulation: Simulation): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let turns = 0
    const turn = (): void => {
      try {
        simulation.turn()
      } catch (error) {
        return reject(error)
      }
      if (simulation.outcome !== undefined) return resolve(simulation.outcome)
      queueMicrotask(++turns % LOOP_EVERY === 0 ? afterLoop : afterPromises)
    }
    const afterPromises = (): void => process.nextTick(turn) // runs when no promise has anything to tell
    const turnLater = (): void => void (simulation.waitsForLoop ? setImmediate(turn) : turn())
    const afterLoop = (): void => process.nextTick(turnLater)
    turn()
  })
}

const LOOP_EVERY = 8 // happenings
