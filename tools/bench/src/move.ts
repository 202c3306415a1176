import { IngestClient, migrator, MigratorClient, TrainerClient } from '@freshet/contracts/services'
import { systemClock, UnavailableError } from '@freshet/kernel'
import { call, openRuntime, stream } from '@freshet/service'
import type { Fleet } from '@freshet/testing'
import { asking } from './fleet/asking'
import { configOf, duringFleet, startFleet } from './fleet/bench-fleet'
import { type Commit, rhythmOf, tailJournal } from './fleet/commits'
import { learnAll, type LearnedState, patiently } from './fleet/learned'
import { LiveLoad } from './fleet/live-load'
import { endlessRatings } from './fleet/ratings'
import { raiseTwins } from './fleet/twins'
import { median, quantile } from './harness/quantile'
import { exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'

const MOVES = { full: 10, quick: 3 }
const EVENTS_PER_S = 500
const BETWEEN_MS = 1500 // what a move is measured against: the rhythm of commits before and after it
const STREAM = { users: 2000, items: 500, seed: 23 }
const HEARTBEAT_MS = '1000' // four of them are silence: no trainer claims because a busy machine let the other wait for a second
const clock = systemClock

/** Moves of a running trainer to and fro between two processes, under load; then the twin of the state that it has come to. */
async function move({ isQuick, directory, say }: BenchScope) {
  const options = { directory, dictionary: 'movielens' }
  const services = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker', 'standby'] as const
  const starting = startFleet({ ...options, services, environment: { FRESHET_TRAINER_HEARTBEAT_MS: HEARTBEAT_MS } })
  await using runtime = await openRuntime(configOf(options))
  const commits: Commit[] = []
  const over = new AbortController()
  const tail = tailJournal(runtime.log, clock, {
    signal: over.signal,
    onRecord: ({ epoch, record }, seenMs) => {
      if (record?.$case === 'cut') commits.push({ epoch, step: record.cut.step, seenMs })
    },
  })
  const moves = isQuick ? MOVES.quick : MOVES.full
  const learned = await duringFleet(starting, say, (fleet) => moveToAndFro(fleet, { moves, say }))
  over.abort()
  await tail
  const twins = await raiseTwins(runtime, learned.step)
  for (const { from, steps, digest } of twins)
    say(`twin from ${from === '' ? 'the first record' : from}, ${steps} steps: ${digest.slice(0, 16)}…`)
  const isEqual = twins.length > 0 && twins.every(({ step, digest }) => step === learned.step && digest === learned.digest)
  return { digest_equal: { value: isEqual ? 1 : 0, unit: 'boolean', goal: exactly(1), isJudgedQuick: true }, ...figuresOf(commits, say) }
}

/** The pause of a move, and what of it exceeds the rhythm that there is without one. */
function figuresOf(commits: readonly Commit[], say: BenchScope['say']) {
  const { gapsMs, intervalsMs } = rhythmOf(commits)
  const usualMs = median(intervalsMs)
  const pair = [0.5, 0.99].map((q) => quantile(gapsMs, q))
  say(`${commits.length} commits, one every ${usualMs.toFixed(1)} ms (p99 ${quantile(intervalsMs, 0.99).toFixed(1)})`)
  say(`${gapsMs.length} changes of epoch, gaps ${gapsMs.map((gapMs) => gapMs.toFixed(1)).join(' ')} ms`)
  return {
    gap_p50_ms: { value: pair[0], unit: 'ms' },
    gap_p99_ms: { value: pair[1], unit: 'ms' },
    interval_p50_ms: { value: usualMs, unit: 'ms' },
    excess_p99_ms: { value: pair[1] - usualMs, unit: 'ms' },
  }
}

/** Moves under load; then waits until the last owner has learned everything. */
async function moveToAndFro(fleet: Fleet, { moves, say }: { moves: number } & Pick<BenchScope, 'say'>): Promise<LearnedState> {
  const addresses = [fleet.address('trainer'), fleet.address('standby')]
  await patiently(clock, () => assertOwner(addresses[0]))
  {
    await using load = new LiveLoad({
      address: fleet.address('ingest'),
      clock,
      eventsPerS: EVENTS_PER_S,
      eventOf: endlessRatings('live', STREAM),
    })
    for (let i = 0; i < moves; i++) {
      await clock.sleep(BETWEEN_MS)
      await moveOnce(fleet.address('migrator'), {
        from: addresses[i % 2],
        to: addresses[(i + 1) % 2],
        say,
        name: `move ${i + 1}/${moves}`,
      })
    }
    await clock.sleep(BETWEEN_MS)
    say(`${load.acknowledged} events acknowledged meanwhile`)
  }
  return learnAll(addresses[moves % 2], await endsOf(fleet.address('ingest')), clock)
}

async function assertOwner(address: string): Promise<void> {
  const { trainerId, owner } = await asking(TrainerClient, address, (client) => call(client, 'getStatus', {}))
  if (trainerId !== owner) throw new UnavailableError('the first trainer', `${owner} owns the model set`)
}

interface OneMove extends Pick<BenchScope, 'say'> {
  readonly from: string
  readonly to: string
  readonly name: string
}

async function moveOnce(address: string, { from, to, name, say }: OneMove): Promise<void> {
  const startMs = clock.monotonicMs()
  const last = await asking(MigratorClient, address, async (client) => {
    let heard: migrator.MoveResponse | undefined
    for await (const line of stream(client, 'move', { sourceAddress: from, targetAddress: to })) heard = line
    return heard
  })
  if (last?.phase !== migrator.MovePhase.MOVE_PHASE_DONE) throw new UnavailableError('the migrator', `it ended with '${last?.detail}'`)
  say(`${name}: ${Math.round(clock.monotonicMs() - startMs)} ms in all, equal at ${last.digest.slice(0, 16)}…, ${last.detail}`)
}

async function endsOf(address: string): Promise<readonly number[]> {
  const { ends } = await asking(IngestClient, address, (client) => call(client, 'getStatus', {}))
  return ends
}

void runBench('move', move).then((code) => process.exit(code))
