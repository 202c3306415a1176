import { type Crossing, CROSSINGS, randomBelow, shuffled } from '@freshet/kernel'
import type { EngineFault, Fault, Role } from './fault'

/** What a plan depends on: equal scopes give equal plans. */
export interface PlanScope {
  readonly seed: number
  /** What the engines of this back end may suffer; none where they live in the services' own processes. */
  readonly engineFaults: readonly EngineFault[]
}

const PASSES_MAX = 8 // at one of the first comings to a crossing, not always at the very first
const DELAY_MS_MAX = 400
const STOPS = 2 // a stopped process costs five seconds, a killed one as long as its boot
const KILLED_ROLES: readonly Role[] = ['owner', 'ingest', 'feature-store', 'follower', 'ranker', 'migrator']
/** Crossings that are come to once for each time that they are brought about. */
const SINGLE: readonly Crossing[] = ['partitions-assigned', 'version-written', 'version-renamed', 'ownership-granted']

/**
 * Faults in seeded order. The first two are those by which recovery is measured; from then on each round brings every kind: a kill at each crossing, a
 * stop at two of them, a kill of each role at any moment, a move whose target dies, and what the engines may suffer.
 */
export function planFaults(count: number, scope: PlanScope): Fault[] {
  const plan: Fault[] = [
    { kind: 'kill', role: 'owner', delayMs: drawDelay(scope, 0) },
    { kind: 'cold', delayMs: drawDelay(scope, 1) },
  ]
  for (let round = 0; plan.length < count; round++) plan.push(...shuffled(deck(scope, plan.length), scope.seed, round))
  return plan.slice(0, count)
}

function deck(scope: PlanScope, from: number): Fault[] {
  let drawn = from
  const passes = (crossing: Crossing): number => (SINGLE.includes(crossing) ? 0 : randomBelow(PASSES_MAX, scope.seed, ++drawn, 1))
  const strike = (crossing: Crossing, signal: 'SIGKILL' | 'SIGSTOP'): Fault => ({
    kind: 'strike',
    crossing,
    passes: passes(crossing),
    signal,
  })
  const stopped = shuffled(CROSSINGS, scope.seed, from).slice(0, STOPS)
  return [
    ...CROSSINGS.map((crossing) => strike(crossing, 'SIGKILL')),
    ...stopped.map((crossing) => strike(crossing, 'SIGSTOP')),
    ...KILLED_ROLES.map((role): Fault => ({ kind: 'kill', role, delayMs: drawDelay(scope, ++drawn) })),
    { kind: 'cold', delayMs: drawDelay(scope, ++drawn) },
    { kind: 'target-killed' },
    ...scope.engineFaults.map((kind): Fault => ({ kind, delayMs: drawDelay(scope, ++drawn) })),
  ]
}

const drawDelay = ({ seed }: PlanScope, counter: number): number => randomBelow(DELAY_MS_MAX, seed, counter, 2)
