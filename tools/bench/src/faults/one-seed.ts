import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '@freshet/contracts'
import { TrainerClient } from '@freshet/contracts/services'
import type { EventLog } from '@freshet/event-log'
import { ORDER_VARIABLE, planFaults, spellFault } from '@freshet/faults'
import { builtInDictionary } from '@freshet/features'
import { systemClock } from '@freshet/kernel'
import { call, openRuntime, type Runtime } from '@freshet/service'
import type { Fleet, FleetService } from '@freshet/testing'
import { answered } from '../fleet/answered'
import { asking } from '../fleet/asking'
import { type BenchFleetOptions, configOf, duringFleet, startFleet } from '../fleet/bench-fleet'
import { learnAll, type LearnedState, patiently } from '../fleet/learned'
import { watchOthers } from '../harness/others-cpu'
import { WORKSPACE } from '../harness/workspace'
import { settled, stock } from './at-rest'
import type { BackEnd } from './back-end'
import { ADDED, DICTIONARY, makeChange, planChanges, spellChange } from './changes'
import { auditedAt, type Found, Inspection } from './inspection'
import { JournalWatch } from './journal-watch'
import { Recording } from './recording'
import { assertReleased, beginningsOf, forgetful, releasedOf, type Retention, retentionSettings } from './retention'
import type { SeedRecord } from './seed-record'
import { orderFile, type Recovery, Siege } from './siege'
import { SiegeStream } from './stream'
import { judge, type Outcome } from './verdict'
import { visits } from './visits'

/** One seed's work. */
export interface SeedScope {
  readonly seed: number
  /** How many faults. */
  readonly count: number
  /** How little is kept; without it, all is. */
  readonly retention?: Retention
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
const RELEASED_MS_MAX = 600_000 // some hundred steps and three versions, on a busy machine
const EVENTS_SPARE = (RELEASED_MS_MAX / 1000) * EVENTS_PER_S // for those, and for all else that a busy machine takes longer for
const CUT_MS = '40' // twenty-five steps a second: enough to strike between, and few enough for twins to repeat
const PRELOAD = join(WORKSPACE, 'tools', 'faults', 'dist', 'preload.js')
const clock = systemClock

/** A fleet, a stream and the seed's faults; then what is wrong with the outcome, in numbers. */
export async function besiege(scope: SeedScope): Promise<SeedRecord> {
  const { seed, count, directory, backEnd, retention, say } = scope
  const events = visits(count * EVENTS_PER_FAULT + EVENTS_SPARE, { ...STREAM, seed }) // now: relays stand still while this process computes
  const orders = join(directory, 'orders')
  mkdirSync(orders, { recursive: true })
  const options = fleetOptions(scope, orders)
  const starting = startFleet(options)
  await using runtime = await openRuntime(configOf(options))
  await using recording = retention && (await Recording.begin({ log: runtime.log, clock, directory: join(directory, 'recording') }))
  const recoveries = { hotMs: [] as number[], coldMs: [] as number[] }
  const others = watchOthers()
  const outcome = await duringFleet(starting, say, async (fleet) => {
    const whole = recording?.log ?? runtime.log
    await using watch = new JournalWatch(whole, clock)
    const siege = new Siege({ fleet, watch, clock, backEnd, orders })
    const suffering = underFaults({ ...scope, events, fleet, runtime, whole, watch, siege, recoveries })
    const result = await Promise.race([suffering, ...(recording ? [recording.whole.then(() => suffering)] : [])])
    return { ...result, othersShare: others() }
  })
  const released = retention && releasedOf(await beginningsOf(runtime.log, backEnd.name))
  const verdict = await judge({ runtime, recording }, outcome, say)
  return { seed, engine: backEnd.name, faults: count, ...verdict, ...recoveries, released, othersShare: outcome.othersShare }
}

/** What the fleet is started with; where little is kept, its features remember little, too. */
function fleetOptions({ directory, backEnd, retention }: SeedScope, orders: string): BenchFleetOptions {
  const file = join(directory, 'dictionary.yaml')
  if (retention) writeFileSync(file, forgetful(builtInDictionary(DICTIONARY)))
  const kept = retention && retentionSettings(retention)
  return {
    ...{ directory, dictionary: retention ? file : DICTIONARY, services: SERVICES },
    environment: { ...backEnd.settings, ...kept, FRESHET_TRAINER_CUT_MS: CUT_MS, NODE_OPTIONS: `--require ${PRELOAD}` },
    environmentOf: (service: FleetService) => ({ [ORDER_VARIABLE]: orderFile(orders, service) }),
  }
}

interface Running extends SeedScope {
  readonly events: readonly Event[]
  readonly fleet: Fleet
  readonly runtime: Runtime
  /** What the log ever held, where it lets go of things; else the log. */
  readonly whole: EventLog
  readonly watch: JournalWatch
  readonly siege: Siege
  readonly recoveries: { readonly hotMs: number[]; readonly coldMs: number[] }
}

/** Sends the stream while the plan is carried out; then waits until all of it is learned and answered from. */
async function underFaults({ events, ...running }: Running): Promise<Outcome> {
  const { seed, fleet, watch, runtime, say } = running
  await stock(fleet.address('ingest'), runtime, STREAM)
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
  const { seed, count, backEnd, fleet, whole, siege, stream, say } = running
  const changes = planChanges(count, { seed, ...STREAM })
  const later = running.retention ? forgetful(ADDED) : ADDED
  const inspection = new Inspection({ log: whole, clock, say, trainers: TRAINERS.map((name) => auditedAt(fleet.address(name))) })
  const total = { lost: 0, digestsDiffering: 0 }
  for (const [i, fault] of planFaults(count, { seed, engineFaults: backEnd.faults }).entries()) {
    if (i >= count / 2) stream.goLive()
    await released(running)
    const change = changes[i]
    const startMs = clock.monotonicMs()
    const changing = change && makeChange(fleet.address('ingest'), change, { clock, later })
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

/** Where little is kept, waits until nobody can begin at the first record any more: the recovery to come is to begin elsewhere. */
async function released({ retention, runtime, backEnd }: Pick<Running, 'retention' | 'runtime' | 'backEnd'>): Promise<void> {
  if (retention) await patiently(clock, async () => assertReleased(await beginningsOf(runtime.log, backEnd.name)), RELEASED_MS_MAX)
}

/** Keeps how long a recovery took, and says it. */
function note({ recoveries }: Pick<Running, 'recoveries'>, { hotMs, coldMs }: Recovery): string {
  if (hotMs !== undefined) recoveries.hotMs.push(hotMs)
  if (coldMs !== undefined) recoveries.coldMs.push(coldMs)
  const steppedMs = hotMs ?? coldMs
  return steppedMs === undefined ? '' : `, the next step after ${Math.round(steppedMs)} ms`
}

/** The digest of another trainer after the same step. */
async function digestOf(address: string, { step }: LearnedState): Promise<string> {
  const audit = await asking(TrainerClient, address, (client) => patiently(clock, () => call(client, 'audit', { step })))
  return audit.digest
}
