import type { EventLog, Membership } from '@freshet/event-log'
import { TOPICS } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import { cross, isFreshetError, type Clock } from '@freshet/kernel'
import type { OnlineStore, Put } from '@freshet/online-store'
import { catalogueFirst } from './catalogue-first'
import { learnItems } from './load-partition'
import { PartitionFolder } from './partition-folder'
import { PartitionSnapshot } from './partition-snapshot'
import { readPartitionDictionaries } from './partition-dictionary'
import { restorePartition } from './restore-partition'
import { retireSources } from './retention'
import { SharedItems } from './shared-items'
import { NO_SNAPSHOTS, type SnapshotShelf } from './snapshot-shelf'
import { StandingPartitions, type StandsStill } from './standing-partitions'

/** What a process folds with. */
export interface FoldersScope {
  readonly log: EventLog
  readonly store: OnlineStore
  /** The one that the data set was made with; others are in the log. */
  readonly dictionary: Dictionary
  readonly clock: Clock
  /** This process among those that share the work. */
  readonly member: string
  /** Told of what made a partition start over; the folders go on by themselves. */
  readonly onTrouble: (partition: number, error: unknown) => void
  /** Names the log, where that lies beside a store which does not: one brought back from a backup has another. A store of another one is made anew. */
  readonly generation?: string
  readonly itemsMax?: number
  readonly usersMax?: number
  /** Where partitions are copied to, and brought back from by a store that has lost them; without it, the log alone brings them back. */
  readonly snapshots?: SnapshotShelf
  /** From one copy of a partition to the next: ten minutes unless told otherwise. */
  readonly snapshotEveryMs?: number
  /** How much of a partition is copied between two batches: 250 entries unless told otherwise. */
  readonly snapshotPageKeys?: number
  /** How long records of `events` and `touches` are kept at least; what snapshots lack stays longer. Without it, nothing is trimmed. */
  readonly retentionMs?: number
}

/** The running folders of a process. */
export interface Folders extends AsyncDisposable {
  /** The partitions that are folded here now. */
  readonly owned: ReadonlyMap<number, PartitionFolder>
  /** Why a partition of this process is not folded on; undefined where it is. */
  standsStill(partition: number): StandsStill | undefined
  /** The states of items, with what this process knows of them. */
  readonly items: SharedItems
}

const GROUP = 'feature-store'
const RETRY_MS = 100
const STANDING_MS = 2000 // where trying again alone does not help: somebody has to do something first
const PAUSE_MS_MAX = 10 // after a step as long as it took, its round trips included: what comes meanwhile shares the next one
const MANY = 128 // records: who is behind goes on at once
const REPORT_MS = 1000
const QUIET_MS = 250 // under load the next commit comes sooner, and forgets for nothing
const VERIFY_MS = 2000 // how long a quiet partition may not know that its store has lost it
const SNAPSHOT_EVERY_MS = 600_000
const LEARN_EVERY = 60
const LEARN_AT_ONCE = 32 // partitions: a store that is away is waited for once, not once each
const ITEMS_MAX = 200_000
const USERS_MAX = 20_000

/** Joins the group of feature stores and folds whatever partitions are assigned, until disposed of. */
export async function runFolders(scope: FoldersScope): Promise<Folders> {
  const { log, store, clock, itemsMax = ITEMS_MAX } = scope
  const partitions = log.partitions(TOPICS.events)
  const items = new SharedItems({ store, partitions, clock, itemsMax })
  const all = [...Array(partitions).keys()]
  for (let from = 0; from < partitions; from += LEARN_AT_ONCE)
    await Promise.all(
      all.slice(from, from + LEARN_AT_ONCE).map(
        (partition) => learnItems(store, partition, { items }).catch((error: unknown) => scope.onTrouble(partition, error)), // a store that is not there yet
      ),
    )
  const crew = new Crew(scope, items)
  const membership = await log.join(GROUP, { member: scope.member, onAssigned: (assigned) => crew.assign(assigned) })
  crew.attend(membership)
  return {
    owned: crew.folders,
    standsStill: (partition) => crew.standing.of(partition),
    items,
    async [Symbol.asyncDispose]() {
      await membership[Symbol.asyncDispose]()
      await crew.close()
    },
  }
}

/** One loop for each assigned partition. */
class Crew {
  readonly folders = new Map<number, PartitionFolder>()
  readonly standing: StandingPartitions
  private readonly loops = new Map<number, AbortController>()
  private readonly ends = new Map<number, Promise<void>>()
  private readonly closing = new AbortController()
  private reporting = Promise.resolve()

  constructor(
    private readonly scope: FoldersScope,
    private readonly items: SharedItems,
  ) {
    this.standing = new StandingPartitions(scope.clock)
  }

  /** Starts what is new and ends what is no longer assigned. A partition that comes back waits for its last loop to end. */
  assign(partitions: readonly number[]): void {
    cross('partitions-assigned')
    for (const [partition, stop] of this.loops) {
      if (partitions.includes(partition)) continue
      stop.abort()
      this.loops.delete(partition)
    }
    for (const partition of partitions) {
      if (this.loops.has(partition)) continue
      const stop = new AbortController()
      const before = this.ends.get(partition) ?? Promise.resolve()
      this.loops.set(partition, stop)
      this.ends.set(
        partition,
        before.then(() => this.run(partition, stop.signal)),
      )
    }
  }

  async close(): Promise<void> {
    this.assign([])
    this.closing.abort()
    await Promise.all([...this.ends.values(), this.reporting])
  }

  /** Once a second: displays how far the fold has come, and sees how far that of others has. Once a minute: learns which items those have met. */
  attend(membership: Membership): void {
    const { clock, log, store, onTrouble } = this.scope
    const attending = async (): Promise<void> => {
      for (let second = 1; !this.closing.signal.aborted; second++) {
        await clock.sleep(REPORT_MS, this.closing.signal)
        for (const [partition, { positions }] of this.folders) {
          await membership
            .report({ topic: TOPICS.events, partition }, positions.events)
            .catch((error: unknown) => onTrouble(partition, error))
        }
        for (let partition = 0; partition < log.partitions(TOPICS.events); partition++) {
          if (this.loops.has(partition)) continue
          const learning = second % LEARN_EVERY === 0 ? learnItems(store, partition, { items: this.items }) : this.items.see(partition)
          await learning.catch((error: unknown) => onTrouble(partition, error))
        }
      }
    }
    this.reporting = attending()
  }

  /** Loads and folds, and starts over after any trouble, until stopped. */
  private async run(partition: number, signal: AbortSignal): Promise<void> {
    const { clock, onTrouble } = this.scope
    while (!signal.aborted) {
      const snapshot = this.snapshotOf(partition)
      try {
        await this.fold({ partition, snapshot, signal })
      } catch (error) {
        if (!signal.aborted) this.trouble(partition, error)
        await clock.sleep(isFreshetError(error) && error.code === 'PRECONDITION' ? STANDING_MS : RETRY_MS, signal)
      } finally {
        await snapshot?.abandon().catch((error: unknown) => onTrouble(partition, error))
      }
    }
    this.folders.delete(partition)
    this.standing.over(partition)
    this.items.own(partition, undefined)
  }

  private trouble(partition: number, error: unknown): void {
    this.standing.note(partition, error)
    this.scope.onTrouble(partition, error)
  }

  private async fold({ partition, snapshot, signal }: FoldTurn): Promise<void> {
    const { usersMax = USERS_MAX, dictionary, clock, snapshots: shelf } = this.scope
    const { seed } = dictionary.declared.model
    await restorePartition({ ...this.scope, partition, shelf: shelf ?? NO_SNAPSHOTS, aheadForMs: this.standing.forMs(partition) })
    const onCommitted = snapshot && ((puts: readonly Put[]) => snapshot.note(puts))
    const folder = await PartitionFolder.load({ ...this.scope, partition, items: this.items, seed, usersMax, onCommitted })
    this.folders.set(partition, folder)
    await catalogueFirst(folder, partition, { ...this.scope, items: this.items, signal })
    while (!signal.aborted) {
      const beganMs = clock.monotonicMs()
      const records = await folder.step()
      this.standing.over(partition)
      const isCopying = (await snapshot?.copyOn(folder.positions)) ?? false
      if (records === 0 && !isCopying) await this.rest(folder, signal)
      else if (records < MANY) await clock.sleep(Math.min(clock.monotonicMs() - beganMs, PAUSE_MS_MAX), signal)
    }
  }

  private snapshotOf(partition: number): PartitionSnapshot | undefined {
    const { snapshots: shelf, snapshotEveryMs: everyMs = SNAPSHOT_EVERY_MS, snapshotPageKeys: pageKeys } = this.scope
    const onSealed = (): Promise<void> => this.retire(partition).catch((error: unknown) => this.scope.onTrouble(partition, error))
    return shelf && new PartitionSnapshot({ ...this.scope, partition, shelf, everyMs, pageKeys, onSealed })
  }

  /** Lets go of what is old enough and in the snapshots that are kept now. */
  private async retire(partition: number): Promise<void> {
    const { snapshots: shelf, retentionMs, store, dictionary: first } = this.scope
    if (shelf === undefined || retentionMs === undefined) return
    const dictionary = await readPartitionDictionaries(store, first)(partition)
    await retireSources({ ...this.scope, partition, shelf, dictionary, retentionMs })
  }

  /** Waits for something to fold; where it stays quiet, what was published is forgotten meanwhile, and the store looked at. */
  private async rest(folder: PartitionFolder, signal: AbortSignal): Promise<void> {
    const { isOutboxStale } = folder
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const quiet = this.scope.clock.sleep(isOutboxStale ? QUIET_MS : VERIFY_MS, either).then(() => true)
    const isQuiet = await Promise.race([quiet, folder.grown(either).then(() => false)])
    over.abort()
    if (!isQuiet || signal.aborted) return
    if (isOutboxStale) await folder.forgetPublished()
    else await folder.verify()
  }
}

/** One attempt at folding a partition. */
interface FoldTurn {
  readonly partition: number
  readonly snapshot: PartitionSnapshot | undefined
  readonly signal: AbortSignal
}
