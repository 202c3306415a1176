import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '@freshet/contracts'
import { IngestClient, TrainerClient } from '@freshet/contracts/services'
import { ORDER_VARIABLE, planFaults, spellFault } from '@freshet/faults'
import { systemClock, UnavailableError } from '@freshet/kernel'
import { call, openRuntime, type Runtime } from '@freshet/service'
import type { Fleet, FleetService } from '@freshet/testing'
import { answered } from '../fleet/answered'
import { asking } from '../fleet/asking'
import { configOf, duringFleet, startFleet } from '../fleet/bench-fleet'
import { Front } from '../fleet/front'
import { learnAll, type LearnedState, patiently } from '../fleet/learned'
import { replayPatiently } from '../fleet/patient-replay'
import { watchOthers } from '../harness/others-cpu'
import { WORKSPACE } from '../harness/workspace'
import type { BackEnd } from './back-end'
import { JournalWatch } from './journal-watch'
import type { SeedRecord } from './seed-record'
import { orderFile, Siege } from './siege'
import { judge, type Outcome } from './verdict'
import { catalogue, visits } from './visits'

/** One seed's work. */
export interface SeedScope {
  readonly seed: number
  /** How many faults. */
  readonly count: number
  readonly backEnd: BackEnd
  /** A folder of its own. */
  readonly directory: string
  readonly say: (text: string) => void
}

const SERVICES: readonly FleetService[] = ['ingest', 'feature-store', 'trainer', 'migrator', 'ranker', 'standby']
const DICTIONARY = 'movielens'
const STREAM = { users: 300, items: 60, startMs: Date.UTC(2024, 0, 1), everyMs: 20_000 }
const EVENTS_PER_S = 100
const EVENTS_PER_FAULT = 3000 // half a minute each: the stream lasts longer than any plan
const CUT_MS = '40' // twenty-five steps a second: enough to strike between, and few enough for twins to repeat
const PRELOAD = join(WORKSPACE, 'tools', 'faults', 'dist', 'preload.js')
const clock = systemClock

/** A fleet, a stream and the seed's faults; then what is wrong with the outcome, in numbers. */
export async function besiege(scope: SeedScope): Promise<SeedRecord> {
  const { seed, count, directory, backEnd, say } = scope
  const events = visits(count * EVENTS_PER_FAULT, { ...STREAM, seed }) // now: relays stand still while this process computes
  const orders = join(directory, 'orders')
  mkdirSync(orders, { recursive: true })
  const options = {
    ...{ directory, dictionary: DICTIONARY, services: SERVICES },
    environment: { ...backEnd.settings, FRESHET_TRAINER_CUT_MS: CUT_MS, NODE_OPTIONS: `--require ${PRELOAD}` },
    environmentOf: (service: FleetService) => ({ [ORDER_VARIABLE]: orderFile(orders, service) }),
  }
  const starting = startFleet(options)
  await using runtime = await openRuntime(configOf(options))
  const recoveries = { hotMs: [] as number[], coldMs: [] as number[] }
  const others = watchOthers()
  const outcome = await duringFleet(starting, say, async (fleet) => {
    await using watch = new JournalWatch(runtime.log, clock)
    const siege = new Siege({ fleet, watch, clock, backEnd, orders })
    const result = await underFaults({ ...scope, events, fleet, runtime, watch, siege, recoveries })
    return { ...result, othersShare: others() }
  })
  const { othersShare } = outcome
  return { seed, engine: backEnd.name, faults: scope.count, ...(await judge(runtime, outcome, say)), ...recoveries, othersShare }
}

interface Running extends SeedScope {
  readonly events: readonly Event[]
  readonly fleet: Fleet
  readonly runtime: Runtime
  readonly watch: JournalWatch
  readonly siege: Siege
  readonly recoveries: { readonly hotMs: number[]; readonly coldMs: number[] }
}

/** Sends the stream while the plan is carried out; then waits until all of it is learned and answered from. */
async function underFaults({ seed, count, events, fleet, watch, ...running }: Running): Promise<Outcome> {
  await stock(fleet, running.runtime)
  const front = new Front({ clock, eventsPerS: EVENTS_PER_S, limit: Infinity })
  const enough = new AbortController()
  const replaying = replayPatiently(events, {
    ...{ address: fleet.address('ingest'), source: `seed-${seed}`, clock, until: enough.signal },
    pace: (event) => front.pace(event),
    onProgress: (acknowledged) => front.advance(acknowledged),
  })
  const carrying = carryOut({ seed, count, ...running })
  await Promise.race([carrying, replaying.then(() => carrying)]) // whichever fails first says why
  enough.abort()
  const replay = await replaying
  const learned = await learnAll(fleet.address(watch.ownerService), replay.ends, clock)
  running.say(`seed ${seed}: ${replay.acknowledged} events acknowledged, learned in ${learned.step} steps: ${learned.digest.slice(0, 16)}…`)
  await answered(fleet.address('ranker'), { userId: events[0].userId, step: learned.step }, clock)
  const other = await digestOf(fleet.address(watch.followerService), learned)
  return { accepted: events.slice(0, replay.acknowledged).map(({ eventId }) => eventId), learned, others: [other] }
}

async function carryOut({ seed, count, backEnd, siege, recoveries, say }: Omit<Running, 'events' | 'fleet' | 'watch'>): Promise<void> {
  for (const [i, fault] of planFaults(count, { seed, engineFaults: backEnd.faults }).entries()) {
    const startMs = clock.monotonicMs()
    const { hotMs, coldMs } = await siege.suffer(fault)
    if (hotMs !== undefined) recoveries.hotMs.push(hotMs)
    if (coldMs !== undefined) recoveries.coldMs.push(coldMs)
    const steppedMs = hotMs ?? coldMs
    const again = steppedMs === undefined ? '' : `, the next step after ${Math.round(steppedMs)} ms`
    say(`seed ${seed}, fault ${i + 1}/${count}: ${spellFault(fault)}${again}; ${Math.round(clock.monotonicMs() - startMs)} ms in all`)
  }
}

/** Puts the catalogue in, and waits until it is folded: what events then meet does not depend on when. */
async function stock(fleet: Fleet, { store, log }: Runtime): Promise<void> {
  const upsert = (client: IngestClient): Promise<unknown> => call(client, 'upsertItems', { items: catalogue(STREAM) })
  await asking(IngestClient, fleet.address('ingest'), (client) => patiently(clock, () => upsert(client)))
  await patiently(clock, async () => {
    for (let partition = 0; partition < log.partitions('catalog'); partition++)
      if ((await store.positions(partition)).catalog < (await log.next({ topic: 'catalog', partition })))
        throw new UnavailableError('the feature store', `it has not folded the catalogue of partition ${partition}`)
  })
}

/** The digest of another trainer after the same step. */
async function digestOf(address: string, { step }: LearnedState): Promise<string> {
  const audit = await asking(TrainerClient, address, (client) => patiently(clock, () => call(client, 'audit', { step })))
  return audit.digest
}
