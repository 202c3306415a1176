import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@freshet/kernel'
import type { Fleet, FleetService } from '@freshet/testing'
import { duringFleet, startFleet } from './fleet/bench-fleet'
import { LiveLoad } from './fleet/live-load'
import { endlessRatings } from './fleet/ratings'
import { cpuSecondsOf } from './harness/process-cpu'
import { atMost } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { attribute } from './overhead/attribution'
import { OTHERS, type Part, PARTS, PUBLISHER, sharesOf } from './overhead/parts'
import { PROFILES, slicesBetween } from './overhead/slice'

const DURATION_MS = { full: 60_000, quick: 16_000 }
const WARM_UP_MS = 10_000
const EVENTS_PER_S = 2000
const PERCENT_MAX = 5
const SERVICES: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker']
const STREAM = { users: 5000, items: 2000, seed: 41 }

/** What one service used, and what of it belongs to the parts; seconds of CPU. */
interface Used {
  readonly service: FleetService
  readonly seconds: number
  /** Of it in threads that were sampled, and in the pool in which LMDB writes. */
  readonly sampled: number
  readonly writing: number
  readonly parts: Readonly<Record<Part, number>>
}

interface Measurement {
  readonly used: readonly Used[]
  /** Acknowledged meanwhile. */
  readonly eventsPerS: number
}

/** How much of the five services' CPU goes into outbox, compare and chain while events arrive. */
async function overhead(scope: BenchScope) {
  const { used, eventsPerS } = await measure(scope)
  const all = used.reduce((sum, { seconds }) => sum + seconds, 0)
  for (const { service, seconds, sampled, writing, parts } of used) {
    const spelt = PARTS.map((part) => `${part} ${parts[part].toFixed(2)}`).join(', ')
    scope.say(`${service}: ${seconds.toFixed(1)} s of CPU, ${sampled.toFixed(1)} in JavaScript, ${writing.toFixed(1)} writing; ${spelt}`)
  }
  const percentOf = (part: Part): number => (100 * used.reduce((sum, { parts }) => sum + parts[part], 0)) / all
  return {
    percent: { value: PARTS.reduce((sum, part) => sum + percentOf(part), 0), unit: '%', goal: atMost(PERCENT_MAX) },
    ...Object.fromEntries(PARTS.map((part) => [`${part}_percent`, { value: percentOf(part), unit: '%' }])),
    events_per_s: { value: eventsPerS, unit: 'events/s' },
    cpu_s_per_s: { value: (all * 1000) / (scope.isQuick ? DURATION_MS.quick : DURATION_MS.full), unit: 'cores' },
  }
}

/** Runs the five services under load, each thread of theirs sampled, and reads what they did once it is warm. */
async function measure({ isQuick, directory, say }: BenchScope): Promise<Measurement> {
  const profiles = join(directory, 'profiles')
  mkdirSync(profiles)
  const preload = join(__dirname, 'overhead', 'profile-thread.js')
  const environment = { [PROFILES]: profiles, NODE_OPTIONS: `--require ${JSON.stringify(preload)}` }
  const starting = startFleet({ directory, dictionary: 'movielens', environment })
  return duringFleet(starting, say, async (fleet) => {
    const eventOf = endlessRatings('live', STREAM)
    await using load = new LiveLoad({ address: fleet.address('ingest'), clock: systemClock, eventsPerS: EVENTS_PER_S, eventOf })
    await systemClock.sleep(WARM_UP_MS)
    const from = { ms: nowMs(), seconds: secondsOf(fleet), events: load.acknowledged }
    await systemClock.sleep(isQuick ? DURATION_MS.quick : DURATION_MS.full)
    const seconds = secondsOf(fleet).map((now, i) => now - from.seconds[i])
    const toMs = nowMs()
    const eventsPerS = ((load.acknowledged - from.events) * 1000) / (toMs - from.ms)
    const slices = slicesBetween(profiles, from.ms, toMs)
    const used = SERVICES.map((service, i) => {
      const own = slices.filter((slice) => slice.process === fleet.pid(service))
      const places = service === 'feature-store' ? PUBLISHER : OTHERS
      const { sampled, writing, parts } = attribute(own, ({ profile }) => sharesOf(profile, places))
      return {
        service,
        seconds: seconds[i],
        sampled: sampled * seconds[i],
        writing: writing * seconds[i],
        parts: scaled(parts, seconds[i]),
      }
    })
    return { used, eventsPerS }
  })
}

const scaled = ({ outbox, compare, chain }: Readonly<Record<Part, number>>, by: number): Record<Part, number> => ({
  outbox: outbox * by,
  compare: compare * by,
  chain: chain * by,
})

const secondsOf = (fleet: Fleet): number[] => SERVICES.map((service) => cpuSecondsOf(fleet.pid(service) ?? 0))

/** By the clock that all processes of a machine share, as the slices are told. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

void runBench('overhead', overhead).then((code) => process.exit(code))
