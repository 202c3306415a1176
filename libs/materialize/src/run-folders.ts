import type { EventLog, Membership } from '@freshet/event-log'
import { TOPICS } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { type OnlineStore, StalePositionError } from '@freshet/online-store'
import { learnItems } from './load-partition'
import { PartitionFolder } from './partition-folder'
import { SharedItems } from './shared-items'

/** What a process folds with. */
export interface FoldersScope {
  readonly log: EventLog
  readonly store: OnlineStore
  readonly dictionary: Dictionary
  readonly clock: Clock
  /** This process among those that share the work. */
  readonly member: string
  /** Told of what made a partition start over; the folders go on by themselves. */
  readonly onTrouble: (partition: number, error: unknown) => void
  readonly itemsMax?: number
  readonly usersMax?: number
}

/** The running folders of a process. */
export interface Folders extends AsyncDisposable {
  /** The partitions that are folded here now. */
  readonly owned: ReadonlyMap<number, PartitionFolder>
  /** The states of items, with what this process knows of them. */
  readonly items: SharedItems
}

const GROUP = 'feature-store'
const RETRY_MS = 100
const REPORT_MS = 1000
const ITEMS_MAX = 200_000
const USERS_MAX = 20_000

/** Joins the group of feature stores and folds whatever partitions are assigned, until disposed of. */
export async function runFolders(scope: FoldersScope): Promise<Folders> {
  const { log, store, clock, itemsMax = ITEMS_MAX } = scope
  const partitions = log.partitions(TOPICS.events)
  const items = new SharedItems({ store, partitions, clock, itemsMax })
  for (let partition = 0; partition < partitions; partition++) await learnItems(store, partition, items)
  const crew = new Crew(scope, items)
  const membership = await log.join(GROUP, { member: scope.member, onAssigned: (assigned) => crew.assign(assigned) })
  crew.report(membership)
  return {
    owned: crew.folders,
    items,
    async [Symbol.asyncDispose]() {
      await membership[Symbol.asyncDispose]()
      crew.assign([])
      await crew.settled()
    },
  }
}

/** One loop for each assigned partition. */
class Crew {
  readonly folders = new Map<number, PartitionFolder>()
  private readonly loops = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>()
  private readonly ending = new Set<Promise<void>>()
  private reporting = Promise.resolve()

  constructor(
    private readonly scope: FoldersScope,
    private readonly items: SharedItems,
  ) {}

  /** Starts what is new and ends what is no longer assigned. */
  assign(partitions: readonly number[]): void {
    for (const [partition, { stop, done }] of this.loops) {
      if (partitions.includes(partition)) continue
      stop.abort()
      this.loops.delete(partition)
      this.ending.add(done)
      void done.finally(() => this.ending.delete(done))
    }
    for (const partition of partitions) {
      if (this.loops.has(partition)) continue
      const stop = new AbortController()
      this.loops.set(partition, { stop, done: this.run(partition, stop.signal) })
    }
  }

  async settled(): Promise<void> {
    await Promise.all([...this.ending, this.reporting])
  }

  /** Displays how far the fold has come, once a second. */
  report(membership: Membership): void {
    const { clock } = this.scope
    const display = async (): Promise<void> => {
      while (this.loops.size > 0) {
        for (const [partition, { positions }] of this.folders) {
          await membership.report({ topic: TOPICS.events, partition }, positions.events).catch(() => undefined)
        }
        await clock.sleep(REPORT_MS, AbortSignal.any([...this.loops.values()].map(({ stop }) => stop.signal)))
      }
    }
    this.reporting = display()
  }

  /** Loads and folds, and starts over after any trouble, until stopped. */
  private async run(partition: number, signal: AbortSignal): Promise<void> {
    const { clock, onTrouble, usersMax = USERS_MAX, dictionary } = this.scope
    while (!signal.aborted) {
      try {
        const seed = dictionary.declared.model.seed
        const folder = await PartitionFolder.load({ ...this.scope, partition, items: this.items, seed, usersMax })
        this.folders.set(partition, folder)
        while (!signal.aborted) if ((await folder.step()) === 0) await folder.grown(signal)
      } catch (error) {
        if (!signal.aborted) onTrouble(partition, error)
        await clock.sleep(error instanceof StalePositionError ? RETRY_MS / 2 : RETRY_MS, signal)
      }
    }
    this.folders.delete(partition)
    this.items.own(partition, false)
  }
}
