import { TOPICS } from '@freshet/event-log'
import { FAULTS_UNTIL_MS, faultsStruck, planFaults } from './faults'
import { House, type SimulationOptions } from './house'
import { judge } from './judge/judge'
import { FeatureStoreRole } from './roles/feature-store'
import { IngestRole } from './roles/ingest'
import { MoverRole } from './roles/mover'
import { ReaderRole } from './roles/reader'
import { TrainerRole } from './roles/trainer'
import { PARTITIONS } from './shop'
import type { Tally } from './tally'

/** What a seed came to. */
export interface Outcome {
  readonly seed: number
  /** Empty where every rule held. */
  readonly violations: readonly string[]
  readonly actions: number
  /** How many struck. */
  readonly faults: number
  /** What the house met. */
  readonly tally: Tally
  /** Over the whole schedule: equal for equal seeds. */
  readonly checksum: number
  /** The schedule for people, where it was asked for. */
  readonly lines: readonly string[]
}

const QUIET_MS = 60 // nothing below is on its way any more: what is left are answers
const PATIENCE_MS = 40_000 // of the simulation's time: what has not settled by then never will
const LOOK_EVERY = 8 // actions

/** One seed: a house of two processes a role, its faults, and its end. Somebody else turns it, one happening at a time. */
export class Simulation {
  outcome: Outcome | undefined
  private readonly house: House
  private readonly trainers: readonly TrainerRole[]
  private readonly ingests: readonly IngestRole[]
  private readonly readers: readonly ReaderRole[]
  private readonly mover: MoverRole
  private isAsking = false
  private isJudged = false
  private seen = { size: 0, sinceMs: Infinity }

  constructor(private readonly options: SimulationOptions) {
    const house = (this.house = new House(options))
    const stores = ['store-a', 'store-b'].map((name) => new FeatureStoreRole(house, name))
    this.trainers = ['trainer-a', 'trainer-b'].map((name) => new TrainerRole(house, name))
    this.ingests = ['ingest-a', 'ingest-b'].map((name) => new IngestRole(house, name))
    this.readers = ['reader-a', 'reader-b'].map((name) => new ReaderRole(house, name))
    this.mover = new MoverRole(house, this.trainers)
    for (const role of [...stores, ...this.trainers, ...this.ingests, ...this.readers]) role.boot()
    planFaults({ house, stores, trainers: this.trainers, ingests: this.ingests, mover: this.mover }, house.draws)
    house.schedule.after(HEAL_MS, 'everything is healed', () => this.heal())
  }

  /** True where something waits for a turn of the thread's own loop. */
  get waitsForLoop(): boolean {
    return this.house.schedule.inSlices > 0
  }

  /** Lets the next thing happen; once all is quiet, has it judged. */
  turn(): void {
    const { schedule } = this.house
    if (this.isJudged) return
    if (!schedule.next()) return this.end('nothing is left that could happen')
    if (!this.house.isHealed || schedule.actions % LOOK_EVERY !== 0) return
    if (schedule.nowMs > HEAL_MS + PATIENCE_MS) return this.end(`it never settles: ${this.unsettled() ?? 'somebody goes on'}`)
    if (!this.house.isClosed && this.ingests.every(({ isDone }) => isDone) && this.unfolded() === undefined) this.house.close() // a list may be on its way to a user
    if (this.house.isClosed && !this.isAsking && this.isQuiet()) void this.audit()
  }

  private heal(): void {
    const { house } = this
    house.isHealed = true
    house.log.downUntilMs = 0
    for (const host of house.hosts) host.heal()
  }

  /** True when all that was to be done has been, for a while. */
  private isQuiet(): boolean {
    const { size } = this.house
    const { nowMs } = this.house.schedule
    const isSettled = size === this.seen.size && this.unsettled() === undefined
    this.seen = { size, sinceMs: isSettled ? Math.min(this.seen.sinceMs, nowMs) : Infinity } // since a look, not since before it
    return nowMs - this.seen.sinceMs > QUIET_MS
  }

  /** What is still to be folded or published, in words. */
  private unfolded(): string | undefined {
    const { store } = this.house
    for (let p = 0; p < PARTITIONS; p++) {
      for (const topic of ['events', 'touches', 'catalog'] as const) {
        if (store.positions(p)[topic] < this.house.all(topic, p).length) return `${topic}/${p} is folded to ${store.positions(p)[topic]}`
      }
      if (store.drawers[p].outgoing.length > 0) return `the outbox of ${p} is not known to be published`
    }
    return undefined
  }

  /** What is still to be done, in words. */
  private unsettled(): string | undefined {
    const { journal } = this.house
    const unfolded = this.unfolded()
    if (unfolded !== undefined) return unfolded
    for (let p = 0; p < PARTITIONS; p++)
      if (journal.cutTo[p] < this.house.all(TOPICS.examples, p).length) return `examples/${p} is cut to ${journal.cutTo[p]}`
    if (journal.state.resultStep < journal.state.step) return `step ${journal.state.step} has no result`
    const changes = this.house.all(TOPICS.dictionaries, 0).length
    if ((journal.state.dictionaries?.at(-1)?.dictionaryNumber ?? 0) < changes)
      return `change ${changes} of the dictionary is not in the model`
    const reading = this.readers.find(({ position }) => position < journal.state.lastOffset)
    if (reading !== undefined) return `${reading.host.name} has read to ${reading.position}`
    return this.mover.isMoving ? 'a move is under way' : undefined
  }

  /** Asks both trainers for their digests; where one is behind, the house is not quiet yet. */
  private async audit(): Promise<void> {
    const { house, trainers, mover } = this
    this.isAsking = true
    const asked = trainers.map((role) => mover.host.ask(role.host, 'audit', () => role.ask((trainer) => trainer.audit(0))))
    const digests = await Promise.all(asked).catch(() => [])
    this.isAsking = false
    if (this.isJudged || digests.length === 0 || digests.some(({ step }) => step !== house.journal.state.step)) return
    if (this.unsettled() !== undefined) return // a request that was on its way all the while has come meanwhile
    this.isJudged = true
    await judge(house, digests).catch((error: unknown) => house.trouble('the judge', error))
    this.close()
  }

  private end(rule: string): void {
    this.isJudged = true
    this.house.violate(rule)
    this.close()
  }

  private close(): void {
    const { violations, schedule, tally } = this.house
    const { actions, checksum, lines } = schedule
    this.outcome = { seed: this.options.seed, violations, actions, faults: faultsStruck(this.house), tally, checksum, lines }
  }
}

const HEAL_MS = FAULTS_UNTIL_MS + 350
