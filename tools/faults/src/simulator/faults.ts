import type { Draws } from './draws'
import type { Host, Mishap } from './host'
import type { House } from './house'
import type { FeatureStoreRole } from './roles/feature-store'
import type { IngestRole } from './roles/ingest'
import type { MoverRole } from './roles/mover'
import type { TrainerRole } from './roles/trainer'
import { PARTITIONS } from './shop'

/** Who can be hit. */
export interface Targets {
  readonly house: House
  readonly stores: readonly FeatureStoreRole[]
  readonly trainers: readonly TrainerRole[]
  readonly ingests: readonly IngestRole[]
  readonly mover: MoverRole
}

/** How long faults may begin. */
export const FAULTS_UNTIL_MS = 550
const LOOK_AGAIN_MS = 40
const FAULTS_MIN = 3
const FAULTS_MORE = 3
const BLOWS_WITHIN_MS = 300 // before all is healed

const MISHAPS: readonly Mishap[] = ['crash-before', 'crash-after', 'freeze-before', 'freeze-after', 'lost-answer', 'refused', 'late']

/** The named points of each role: requests at whose sending or answering it hurts to lose a process. */
const POINTS = {
  store: [
    'commits',
    'commits',
    'appends to examples',
    'appends to touches',
    'appends to events', // histories on their way to their users
    'reads events',
    'reads features',
    'looks at features',
    'scans',
    'reads outbox',
    'reads touches',
    'reads catalog',
    'asks for positions',
    'joins',
    'leaves',
    'seals a snapshot',
    'asks for a snapshot',
    'asks which snapshots',
    'trims',
  ],
  trainer: [
    'appends cut',
    'appends cut',
    'appends result',
    'appends grant',
    'appends claim',
    'appends heartbeat',
    'saves',
    'prunes',
    'lists versions',
    'lists damaged',
    'trims',
    'loads',
    'reads examples',
    'reads journal',
  ],
  ingest: ['appends to events', 'appends to events', 'appends to catalog'],
} as const

/** Strikes, or sets something in wait. */
type Fault = (targets: Targets, draws: Draws) => void

/** What strikes the moment it comes. */
const BLOWS = (
  [
    (targets, draws) => draws.pick(livingOf(targets)).crash(),
    (targets, draws) => draws.pick(livingOf(targets)).freeze(draws.between(100, 1000)),
    (targets, draws) => draws.pick(livingOf(targets)).cut(draws.between(50, 500)),
    ({ house }, draws) => void (house.log.downUntilMs = house.schedule.nowMs + draws.between(50, 300)),
  ] satisfies readonly Fault[]
).map(counted)

/** Every kind of fault, as often as it is worth meeting. */
const FAULTS: readonly Fault[] = [
  ...BLOWS,
  ...repeat(3, ({ stores }: Targets, draws: Draws) => trip(draws.pick(stores).host, draws, POINTS.store)),
  ...repeat(3, ({ trainers }: Targets, draws: Draws) => trip(draws.pick(trainers).host, draws, POINTS.trainer)),
  ({ ingests }, draws) => trip(draws.pick(ingests).host, draws, POINTS.ingest),
  ({ house }, draws) => rewind(house, draws),
  ({ house, stores }, draws) => ambush({ house, stores }, draws),
  ({ house }, draws) => empty(house, draws),
  ({ house }, draws) => tearSnapshot(house, draws.below(PARTITIONS)),
  ({ mover }, draws) => void mover.repair(draws.below(PARTITIONS), draws.pick(['snapshot', 'log'])),
  ({ house }) => tearVersion(house),
  ({ stores }, draws) => void draws.pick(stores).leave(),
  ({ trainers }, draws) => draws.pick(trainers).leave(),
  ...repeat(2, ({ mover }: Targets) => void mover.move()),
  ({ mover }, draws) => betray(mover, draws),
]

/**
 * Enters a seed's faults into the schedule. What was set in wait may wait for ever, and what was to be torn may never be there: when no more are to come, so
 * many blows fall as are missing from three that struck.
 */
export function planFaults(targets: Targets, draws: Draws): void {
  const { schedule } = targets.house
  const count = FAULTS_MIN + draws.below(FAULTS_MORE)
  for (let i = 0; i < count; i++) {
    const fault = draws.pick(FAULTS)
    schedule.after(draws.between(20, FAULTS_UNTIL_MS), 'a fault', () => fault(targets, draws))
  }
  schedule.after(FAULTS_UNTIL_MS, 'faults are counted', () => {
    for (let struck = faultsStruck(targets.house); struck < FAULTS_MIN; struck++)
      schedule.after(draws.between(0, BLOWS_WITHIN_MS), 'a fault', () => draws.pick(BLOWS)(targets, draws))
  })
}

/** How many faults have struck: blows, and whatever somebody came to. */
export const faultsStruck = ({ struck, hosts }: House): number => hosts.reduce((sum, { tripped }) => sum + tripped, struck)

/** Sets a mishap in wait at one of a host's points. */
function trip(host: Host, draws: Draws, points: readonly string[]): void {
  const [drawn, at] = [draws.pick(MISHAPS), draws.pick(points)]
  const mishap = drawn === 'late' && at === 'saves' ? 'refused' : drawn // a disk writes in its own time, but not out of another's memory
  host.tripwires.push({ mishap, at, countdown: 1 + draws.below(3) })
}

/** A store that lost its last writes, or all of them. */
function rewind(house: House, draws: Draws): void {
  const { schedule, store } = house
  const partition = draws.below(PARTITIONS)
  const keepMs = draws.chance(0.3) ? undefined : draws.between(10, 300)
  const turnBack = (): void => {
    if (house.isHealed) return
    house.struck++
    store.rewind(partition)
    schedule.note(`partition ${partition} of the online store is turned back to ${store.positions(partition).events}`)
  }
  if (keepMs === undefined) return turnBack()
  store.keep(partition)
  schedule.after(keepMs, 'the store loses its last writes', turnBack)
}

/** A store that fails over to where somebody has just found it standing, after a commit that is lost, when work changes hands. */
function ambush({ house, stores }: Pick<Targets, 'house' | 'stores'>, draws: Draws): void {
  const { schedule, store } = house
  const partition = draws.below(PARTITIONS)
  store.lieInWait(partition, () => {
    schedule.after(draws.between(0.1, 12), 'the store fails over', () => {
      if (house.isHealed) return
      house.struck++
      store.rewind(partition)
      schedule.note(`partition ${partition} of the online store stands at ${store.positions(partition).events} again`)
    })
  })
  const { host } = draws.pick(stores)
  if (draws.chance(0.5)) void draws.pick(stores).leave()
  else host.freeze(draws.between(250, 600))
}

/** Flips a bit of a partition's furthest snapshot, as soon as there is one before it. */
function tearSnapshot(house: House, partition: number): void {
  if (house.isHealed) return
  if (house.snapshots.tear(partition)) return void house.struck++
  house.schedule.after(LOOK_AGAIN_MS, 'a snapshot may be torn', () => tearSnapshot(house, partition))
}

/** Flips a bit of the newest version, as soon as there is one. */
function tearVersion(house: House): void {
  if (house.isHealed) return
  if (house.shelf.tear()) return void house.struck++
  house.schedule.after(LOOK_AGAIN_MS, 'a version may be torn', () => tearVersion(house))
}

/** A move to a trainer that falls, or stands still, when it would write its first record: what it was granted it declines. */
function betray(mover: MoverRole, draws: Draws): void {
  const target = mover.next()
  target.host.tripwires.push({ mishap: draws.pick(['crash-before', 'freeze-before', 'refused']), at: 'appends', countdown: 1 })
  void mover.move()
}

/** A store that comes back with nothing, some of them when the log holds no beginning any more. */
function empty(house: House, draws: Draws): void {
  const { schedule, store } = house
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  for (const partition of draws.chance(0.5) ? all : [draws.pick(all)]) {
    schedule.after(draws.between(0, 300), `partition ${partition} of the online store comes back empty`, () => {
      if (house.isHealed) return
      house.struck++
      store.forget(partition)
    })
  }
}

function counted(blow: Fault): Fault {
  return (targets, draws) => {
    targets.house.struck++
    blow(targets, draws)
  }
}

/** Whose processes run; all, where none does. */
function livingOf({ stores, trainers, ingests }: Targets): readonly Host[] {
  const hosts = [...stores, ...trainers, ...ingests].map(({ host }) => host)
  const living = hosts.filter(({ isUp }) => isUp)
  return living.length > 0 ? living : hosts
}

function repeat(times: number, fault: Fault): readonly Fault[] {
  return new Array<Fault>(times).fill(fault)
}
