import { systemClock } from '@freshet/kernel'
import { openRuntime } from '@freshet/service'
import type { Fleet } from '@freshet/testing'
import { answered } from './fleet/answered'
import { configOf, duringFleet, startFleet } from './fleet/bench-fleet'
import { Front } from './fleet/front'
import { type Kill, planKills } from './fleet/kill-plan'
import { type LearnedState, learnAll } from './fleet/learned'
import { balance } from './fleet/ledger'
import { type PatientReplay, replayPatiently } from './fleet/patient-replay'
import { ratings } from './fleet/ratings'
import { readLedger } from './fleet/read-ledger'
import { raiseTwins } from './fleet/twins'
import { exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'

const SEED = 54 // a quick run ends ingest, a trainer and a feature store
const KILLS = { full: 20, quick: 3 }
const EVENTS_PER_KILL = 2000
const EVENTS_PER_S = 500
const STREAM = { users: 2000, items: 500, seed: SEED, startMs: Date.UTC(2024, 0, 1), everyMs: 1000 }
const clock = systemClock

/** Random kill -9 across the five processes during a replay: then the state's twin, and what went in against what was learned. */
async function twin({ isQuick, directory, say }: BenchScope) {
  const plan = planKills(isQuick ? KILLS.quick : KILLS.full, { seed: SEED, everyEvents: EVENTS_PER_KILL })
  const events = ratings(plan.length * EVENTS_PER_KILL, STREAM)
  const options = { directory, dictionary: 'movielens' }
  const learned = await duringFleet(startFleet(options), say, (fleet) => underKills({ fleet, plan, events, say }))
  await using runtime = await openRuntime(configOf(options))
  const twins = await raiseTwins(runtime, learned.step)
  for (const { from, steps, step, digest } of twins)
    say(`twin from ${from === '' ? 'the first record' : from}, ${steps} steps to ${step}: ${digest.slice(0, 16)}…`)
  const { lost, doubled } = balance(
    events.map(({ eventId }) => eventId),
    await readLedger(runtime.log),
    learned.status.examples,
  )
  const isEqual = twins.length > 0 && twins.every(({ step, digest }) => step === learned.step && digest === learned.digest)
  return {
    digest_equal: { value: isEqual ? 1 : 0, unit: 'boolean', goal: exactly(1), isJudgedQuick: true },
    lost: { value: lost, unit: 'events', goal: exactly(0), isJudgedQuick: true },
    doubled: { value: doubled, unit: 'examples', goal: exactly(0), isJudgedQuick: true },
    kills: { value: plan.length, unit: 'processes' },
  }
}

interface Siege {
  readonly fleet: Fleet
  readonly plan: readonly Kill[]
  readonly events: ReturnType<typeof ratings>
  readonly say: (text: string) => void
}

/** Replays while the plan is carried out, and waits until the trainer has learned all of it. */
async function underKills({ fleet, plan, events, say }: Siege): Promise<LearnedState> {
  const front = new Front({ clock, eventsPerS: EVENTS_PER_S, limit: 2 * EVENTS_PER_KILL })
  const killing = strike(fleet, { plan, front, say })
  const replaying = replayPatiently(events, {
    address: fleet.address('ingest'),
    source: 'twin',
    clock,
    pace: (event) => front.pace(event),
    onProgress: (acknowledged) => front.advance(acknowledged),
  })
  const [replay] = await Promise.all([replaying, killing])
  say(spell(replay, events.length))
  const learned = await learnAll(fleet.address('trainer'), replay.ends, clock)
  say(`learned ${learned.status.examples} examples in ${learned.step} steps: ${learned.digest.slice(0, 16)}…`)
  await answered(fleet.address('ranker'), { userId: events[0].userId, step: learned.step }, clock)
  say('the ranker answers from all of them')
  return learned
}

const spell = ({ ends, reopened }: PatientReplay, count: number): string =>
  `${count} events acknowledged, the replay reopened ${reopened} times; events end at ${ends.join(' ')}`

/** Carries the plan out, one after the other: each process serves again before the next is ended. */
async function strike(fleet: Fleet, { plan, front, say }: { plan: readonly Kill[]; front: Front } & Pick<Siege, 'say'>): Promise<void> {
  for (const [i, { service, afterEvents, delayMs }] of plan.entries()) {
    await front.reached(afterEvents)
    await clock.sleep(delayMs)
    const startMs = clock.monotonicMs()
    await fleet.signal(service, 'SIGKILL')
    await fleet.launch(service)
    front.release((i + 2) * EVENTS_PER_KILL)
    say(
      `kill ${i + 1}/${plan.length}: ${service} after ${afterEvents} events; it serves again after ${Math.round(clock.monotonicMs() - startMs)} ms`,
    )
  }
  front.release(Infinity)
}

void runBench('twin', twin).then((code) => process.exit(code))
