import { type Clock, PreconditionError } from '@freshet/kernel'
import { duringFleet, startFleet } from '../fleet/bench-fleet'
import { endlessRatings } from '../fleet/ratings'
import { cpuSecondsOf } from '../harness/process-cpu'
import type { BenchScope } from '../harness/run-bench'
import { FullStream } from './full-stream'

/** How long is measured. */
export interface EmbeddedEffort {
  readonly rounds: number
  readonly roundMs: number
}

/** What a round showed. */
export interface IngestRound {
  /** Durable events by each second of CPU of the ingest process. */
  readonly perCore: number
  /** Durable events by each second that passed. */
  readonly perSecond: number
}

const BATCH = { batchEvents: 1000, batchesInFlight: 16 }
const WARM_UP_MS = 4000
const STREAM = { users: 5000, items: 2000, seed: 31 }

/** Fills the ingest service over the embedded log through one stream, and counts what it acknowledges beside the CPU that it takes. */
export async function ingestEmbedded({ directory, say }: BenchScope, effort: EmbeddedEffort, clock: Clock): Promise<IngestRound[]> {
  const starting = startFleet({ directory, dictionary: 'movielens', services: ['ingest'] })
  return duringFleet(starting, say, async (fleet) => {
    const pid = fleet.pid('ingest')
    if (pid === undefined) throw new PreconditionError('ingest has no process', 'look at its last words')
    const eventOf = endlessRatings('full', STREAM)
    await using stream = new FullStream({ ...BATCH, address: fleet.address('ingest'), eventOf })
    await stream.during(clock.sleep(WARM_UP_MS))
    const rounds: IngestRound[] = []
    for (let round = 0; round < effort.rounds; round++) {
      const from = { cpu: cpuSecondsOf(pid), ms: clock.monotonicMs(), events: stream.acknowledged }
      await stream.during(clock.sleep(effort.roundMs))
      const events = stream.acknowledged - from.events
      rounds.push({
        perCore: events / (cpuSecondsOf(pid) - from.cpu),
        perSecond: (events * 1000) / (clock.monotonicMs() - from.ms),
      })
    }
    return rounds
  })
}
