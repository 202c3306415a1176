import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Event } from '@freshet/contracts'
import { IngestClient, TrainerClient } from '@freshet/contracts/services'
import { TOPICS } from '@freshet/event-log'
import { ORDER_VARIABLE, planFaults, spellFault } from '@freshet/faults'
import { systemClock, UnavailableError } from '@freshet/kernel'
import { call, openRuntime, type Runtime } from '@freshet/service'
import type { Fleet, FleetService } from '@freshet/testing'
import { answered } from '../fleet/answered'
import { asking } from '../fleet/asking'
import { configOf, duringFleet, startFleet } from '../fleet/bench-fleet'
import { learnAll, type LearnedState, patiently } from '../fleet/learned'
import { watchOthers } from '../harness/others-cpu'
import { WORKSPACE } from '../harness/workspace'
import type { BackEnd } from './back-end'
import { DICTIONARY, makeChange, planChanges, spellChange } from './changes'
import { auditedAt, type Found, Inspection } from './inspection'
import { JournalWatch } from './journal-watch'
import type { SeedRecord } from './seed-record'
import { orderFile, type Recovery, Siege } from './siege'
import { SiegeStream } from './stream'
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
const TRAINERS: readonly FleetService[] = ['trainer', 'standby']
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
async function underFaults({ events, ...running }: Running): Promise<Outcome> {
  const { seed, fleet, watch, runtime, say } = running
  await stock(fleet, runtime)
  const stream = new SiegeStream({ address: fleet.address('ingest'), source: `seed-${seed}`, clock, eventsPerS: EVENTS_PER_S })
  const sending = stream.run(events)
  const carrying = carryOut({ ...running, stream })
  const meanwhile = await Promise.race([carrying, sending.then(() => carrying)]) // whichever fails first says why
  stream.end()
  await sending
  await fleet.signal('ingest', 'SIGTERM') // else its clock goes on, and nothing is ever the end
  const ends = await settled(runtime)
  const learned = await learnAll(fleet.address(watch.ownerService), ends, clock)
  say(`seed ${seed}: ${stream.accepted.length} events acknowledged, learned in ${learned.step} steps: ${learned.digest.slice(0, 16)}…`)
  await answered(fleet.address('ranker'), { userId: events[0].userId, step: learned.step }, clock)
  const other = await digestOf(fleet.address(watch.followerService), learned)
  return { accepted: stream.accepted, learned, others: [other], meanwhile }
}

/** Brings one fault after the other, with the changes that come with it, and looks at the house after each. */
async function carryOut(running: Omit<Running, 'events'> & { readonly stream: SiegeStream }): Promise<Found> {
  const { seed, count, backEnd, fleet, runtime, siege, stream, say } = running
  const changes = planChanges(count, { seed, ...STREAM })
  const inspection = new Inspection({ log: runtime.log, clock, say, trainers: TRAINERS.map((name) => auditedAt(fleet.address(name))) })
  const total = { lost: 0, digestsDiffering: 0 }
  for (const [i, fault] of planFaults(count, { seed, engineFaults: backEnd.faults }).entries()) {
    if (i >= count / 2) stream.goLive()
    const change = changes[i]
    const startMs = clock.monotonicMs()
    const changing = change && makeChange(fleet.address('ingest'), change, clock)
    const [recovery] = await Promise.all([siege.suffer(fault), changing])
    const overMs = clock.monotonicMs()
    await siege.attached()
    const { lost, digestsDiffering } = await inspection.look(stream.accepted)
    total.lost += lost
    total.digestsDiffering += digestsDiffering
    const words = [`seed ${seed}, fault ${i + 1}/${count}: ${spellFault(fault)}${note(running, recovery)}`, change && spellChange(change)]
    const took = `${Math.round(overMs - startMs)} ms and ${Math.round(clock.monotonicMs() - overMs)} to look`
    say([...words, took, lost + digestsDiffering > 0 && `lost ${lost}, digests differing ${digestsDiffering}`].filter(Boolean).join('; '))
  }
  return total
}

/** Keeps how long a recovery took, and says it. */
function note({ recoveries }: Pick<Running, 'recoveries'>, { hotMs, coldMs }: Recovery): string {
  if (hotMs !== undefined) recoveries.hotMs.push(hotMs)
  if (coldMs !== undefined) recoveries.coldMs.push(coldMs)
  const steppedMs = hotMs ?? coldMs
  return steppedMs === undefined ? '' : `, the next step after ${Math.round(steppedMs)} ms`
}

/** Waits until nothing is on its way any more, and gives the ends of `events`. */
async function settled({ store, log }: Runtime): Promise<number[]> {
  const partitions = Array.from({ length: log.partitions(TOPICS.events) }, (_, partition) => partition)
  const ends = (topic: 'events' | 'touches'): Promise<number[]> =>
    Promise.all(partitions.map((partition) => log.next({ topic, partition })))
  return patiently(clock, async () => {
    const expected = { events: await ends('events'), touches: await ends('touches') }
    for (const partition of partitions) {
      const { events, touches } = await store.positions(partition)
      const isFolded = events >= expected.events[partition] && touches >= expected.touches[partition]
      if (!isFolded || (await store.outbox(partition, 1)).length > 0)
        throw new UnavailableError('the feature store', `it has not folded, or published, all of partition ${partition}`)
    }
    const [events, touches] = [await ends('events'), await ends('touches')] // what was published meanwhile is folded next
    if (!isDeepStrictEqual({ events, touches }, expected)) throw new UnavailableError('the log', 'it has grown; look again')
    return events
  })
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
