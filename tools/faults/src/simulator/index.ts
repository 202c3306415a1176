export type { Engines, SimulationOptions } from './house'
export { replaySeed, runSeeds } from './run-seeds'
export type { Outcome } from './simulation'
export { runSeedsInThreads, type SeedsDone } from './threads'
