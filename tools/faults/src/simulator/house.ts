import { CatalogRecord, type DictionaryChange, EventRecord } from '@freshet/contracts'
import { type EventLog, type LogRecord, type Partition, TOPICS } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import { isFreshetError, partitionOf } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import type { SnapshotShelf } from '@freshet/materialize'
import type { VersionShelf } from '@freshet/training'
import { laterDictionaries } from './dictionaries'
import { Draws } from './draws'
import { EPOCH_MS, Host } from './host'
import { hostLog, hostShelf, hostSnapshots, hostStore } from './host-ports'
import { LogServer } from './log-server'
import { Schedule } from './schedule'
import { ShelfServer } from './shelf-server'
import { catalogue, type Change, lateCatalogue, PARTITIONS, tickAt } from './shop'
import { SnapshotServer } from './snapshot-server'
import { StoreServer } from './store-server'
import { JournalWatch } from './journal-watch'
import { type Met, sumOf } from './tally'

/** What may stand between a host and its engines: nothing, or a planted bug. */
export interface Engines {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly shelf: VersionShelf
  readonly snapshots: SnapshotShelf
}

/** How a simulation is run. */
export interface SimulationOptions {
  readonly seed: number
  /** Keeps the schedule for people. */
  readonly isTold?: boolean
  /** Stands between every host and its engines. */
  readonly through?: (engines: Engines) => Engines
}

/** Servers, hosts and time of one simulated house, and what was seen to go wrong in it. */
export class House {
  readonly schedule: Schedule
  readonly draws: Draws
  readonly log: LogServer
  /** What was met, and how often. */
  readonly tally = sumOf()
  private readonly met: Met = (what, times = 1) => void (this.tally[what] += times)
  readonly store = new StoreServer(PARTITIONS, this.met)
  readonly shelf = new ShelfServer(this.met)
  readonly snapshots = new SnapshotServer(PARTITIONS, this.met)
  readonly journal: JournalWatch
  readonly hosts: Host[] = []
  /** How many records the log has ever been given, but for the journal. */
  size = 0
  /** What broke a rule, in the order in which it was seen. */
  readonly violations: string[] = []
  /** Nothing goes wrong from outside any more. */
  isHealed = false
  /** How many faults have struck that wait for nobody. */
  struck = 0
  /** Aborted once nothing is sent any more. */
  readonly closing = new AbortController()
  /** Ids of the events whose append was acknowledged. */
  readonly accepted = new Set<string>()
  /** Changes of whole histories that were acknowledged, and where they were said to stand. */
  readonly changes: { readonly change: Change; readonly partition: number; readonly offset: number }[] = []

  /** Dictionaries that somebody will set, in their order. */
  readonly wanted: Dictionary[]
  /** Whether dictionaries change in this house. */
  readonly hasChanges: boolean
  /** Changes of the dictionary that were acknowledged, and by partition where they were said to stand. */
  readonly dictionariesSet: { readonly change: DictionaryChange; readonly offsets: readonly number[] }[] = []

  constructor(readonly options: SimulationOptions) {
    const { seed, isTold = false } = options
    this.schedule = new Schedule(isTold)
    this.draws = new Draws(seed, 0)
    this.journal = new JournalWatch((rule) => this.violate(rule), this.met)
    const onAppended = (to: Partition, record: LogRecord): void => {
      if (to.topic === TOPICS.journal) this.journal.take(record)
      else this.size++
    }
    this.log = new LogServer({ schedule: this.schedule, draws: this.draws, partitions: PARTITIONS, onAppended, met: this.met })
    this.wanted = this.draws.chance(CHANGING) ? drawDictionaries(this.draws) : []
    this.hasChanges = this.wanted.length > 0
    for (const each of catalogue) this.describe(each)
    for (const each of lateCatalogue) {
      const atMs = this.draws.between(0, LATE_UNTIL_MS)
      this.schedule.after(atMs, `the catalogue comes to know ${each.key}`, () => this.describe(each))
    }
  }

  /** Enters an item in the catalogue, by a way that no fault is on. */
  private describe({ key, record }: (typeof catalogue)[number]): void {
    const shelf = this.log.shelf({ topic: TOPICS.catalog, partition: partitionOf(key, PARTITIONS) })
    this.log.enter(shelf, [{ key, value: CatalogRecord.encode(record).finish() }])
  }

  /** Puts up a machine; `onCrash` is told when its process has been killed. */
  host(name: string, onCrash: (host: Host) => void): Host {
    const host = new Host(name, { schedule: this.schedule, draws: this.draws, onCrash, met: this.met })
    this.hosts.push(host)
    return host
  }

  /** The engines as one host sees them. */
  engines(host: Host): Engines {
    const engines = {
      log: hostLog(host, this.log),
      store: hostStore(host, this.store),
      shelf: hostShelf(host, this.shelf),
      snapshots: hostSnapshots(host, this.snapshots),
    }
    return this.options.through?.(engines) ?? engines
  }

  /** Notes a broken rule. */
  violate(rule: string): void {
    this.schedule.note(`VIOLATION: ${rule}`)
    this.violations.push(rule)
  }

  /** Takes in an error that made some process start over: refusals by the rules of the protocol are its daily work, others are not. */
  trouble(who: string, error: unknown): void {
    const isDaily = isFreshetError(error) && DAILY.has(error.code)
    const text = error instanceof Error ? error.message : String(error)
    if (isDaily) this.schedule.note(`${who}: ${text}`)
    else this.violate(`${who} met what no fault explains: ${error instanceof Error ? (error.stack ?? text) : text}`)
  }

  /** The last ticks: every window ends, and nothing comes after. */
  close(): void {
    this.closing.abort()
    const value = EventRecord.encode(tickAt(EPOCH_MS + Math.floor(this.schedule.nowMs) + 3_600_000)).finish()
    for (let partition = 0; partition < PARTITIONS; partition++) this.log.append({ topic: TOPICS.events, partition }, [{ key: '', value }])
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted
  }

  /** The records of a partition from the first ever on, trimmed ones included. */
  all(topic: string, partition: number): readonly LogRecord[] {
    return this.log.shelf({ topic, partition }).records
  }
}

const LATE_UNTIL_MS = 400
const CHANGING = 0.2 // of houses

/** One of those that may follow the first, or one after the other. */
function drawDictionaries(draws: Draws): Dictionary[] {
  const next = draws.pick(laterDictionaries)
  return draws.chance(0.6) ? [next] : [next, ...laterDictionaries.filter((each) => each !== next)]
}

const DAILY: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'STALE_POSITION',
  'OFFSET_CONFLICT',
  'OFFSET_OUT_OF_RANGE',
  'NOT_OWNER',
  'ALREADY_EXISTS',
  'NOT_FOUND',
  'PRECONDITION',
])
