import { type Crossing, CROSSINGS, randomBelow, shuffled } from '@freshet/kernel'
import { type EngineFault, type EngineStrike, type Fault, HOME, type Role } from './fault'

/** What a plan depends on: equal scopes give equal plans. */
export interface PlanScope {
  readonly seed: number
  /** What the engines of this back end may suffer; none where they live in the services' own processes. */
  readonly engineFaults: readonly EngineFault[]
}

const PASSES_MAX = 8 // at one of the first comings to a crossing, not always at the very first
const DELAY_MS_MAX = 400
const STOPS = 2 // a stopped process costs five seconds, a killed one as long as its boot
const ENGINE_STRIKES = 6 // a round: with eight engine faults, every pair of crossing and fault within fourteen seeds
const KILLED_ROLES: readonly Role[] = ['owner', 'ingest', 'feature-store', 'follower', 'ranker', 'migrator']
/** Crossings that are come to once for each time that they are brought about. */
const SINGLE: readonly Crossing[] = ['partitions-assigned', 'version-written', 'version-renamed', 'ownership-granted']
/** Between two writes of a feature store that must count as one. */
const FOLDING = CROSSINGS.filter((crossing) => HOME[crossing] === 'feature-store' && !SINGLE.includes(crossing))

/**
 * Faults in seeded order. The first four are what the shortest plan consists of: the two by which recovery is measured, a feature store that dies between
 * two writes, and an engine that suffers just then, where there is one. From then on each round brings every kind: a kill at each crossing, a stop at two
 * of them, an engine that suffers while a process stands at a crossing, a kill of each role at any moment, a move whose target dies, and what the engines
 * may suffer at any moment.
 */
export function planFaults(count: number, scope: PlanScope): Fault[] {
  const [folding, standing] = shuffled(FOLDING, scope.seed, OPENING)
  const [engine] = shuffled(scope.engineFaults, scope.seed, OPENING)
  const plan: Fault[] = [
    { kind: 'kill', role: 'owner', delayMs: drawDelay(scope, 0) },
    { kind: 'cold', delayMs: drawDelay(scope, 1) },
    { kind: 'strike', crossing: folding, passes: drawPasses(scope, folding, 2), signal: 'SIGKILL' },
    ...(engine === undefined ? [] : [drawEngineStrike(scope, { engine, crossing: standing }, 3)]),
  ]
  for (let round = 0; plan.length < count; round++) plan.push(...shuffled(deck(scope, { from: plan.length, round }), scope.seed, round))
  return plan.slice(0, count)
}

function deck(scope: PlanScope, { from, round }: { readonly from: number; readonly round: number }): Fault[] {
  let drawn = from
  const strike = (crossing: Crossing, signal: 'SIGKILL' | 'SIGSTOP'): Fault => ({
    kind: 'strike',
    crossing,
    passes: drawPasses(scope, crossing, ++drawn),
    signal,
  })
  const stopped = shuffled(CROSSINGS, scope.seed, from).slice(0, STOPS)
  return [
    ...CROSSINGS.map((crossing) => strike(crossing, 'SIGKILL')),
    ...stopped.map((crossing) => strike(crossing, 'SIGSTOP')),
    ...engineStrikes(scope, round),
    ...KILLED_ROLES.map((role): Fault => ({ kind: 'kill', role, delayMs: drawDelay(scope, ++drawn) })),
    { kind: 'cold', delayMs: drawDelay(scope, ++drawn) },
    { kind: 'target-killed' },
    ...scope.engineFaults.map((kind): Fault => ({ kind, delayMs: drawDelay(scope, ++drawn) })),
  ]
}

/** A crossing, and what an engine suffers meanwhile. */
type Pair = Pick<EngineStrike, 'engine' | 'crossing'>

/** The next pairs of an order that all seeds share: the first round of a seed begins where that of the seed before ended. */
function engineStrikes(scope: PlanScope, round: number): EngineStrike[] {
  const all = scope.engineFaults.flatMap((engine) => CROSSINGS.map((crossing): Pair => ({ engine, crossing })))
  if (all.length === 0) return []
  const pairs = shuffled(all, SHARED_SEED, 0)
  return Array.from({ length: ENGINE_STRIKES }, (_, i) => {
    const drawn = round * ENGINE_STRIKES + i
    return drawEngineStrike(scope, pairs[(scope.seed * ENGINE_STRIKES + drawn) % pairs.length], drawn)
  })
}

const OPENING = 1 << 20 // a round of its own
const SHARED_SEED = 0

function drawEngineStrike(scope: PlanScope, { engine, crossing }: Pair, counter: number): EngineStrike {
  const goesOn = randomBelow(2, scope.seed, counter, 3) === 0 ? 'meanwhile' : 'afterwards'
  return { kind: 'engine-strike', crossing, passes: drawPasses(scope, crossing, counter), engine, goesOn }
}

const drawPasses = ({ seed }: PlanScope, crossing: Crossing, counter: number): number =>
  SINGLE.includes(crossing) ? 0 : randomBelow(PASSES_MAX, seed, counter, 1)

const drawDelay = ({ seed }: PlanScope, counter: number): number => randomBelow(DELAY_MS_MAX, seed, counter, 2)
