import { encoded, CatalogRecord, EventRecord, FoldedLog, FoldState, Touch } from '@freshet/contracts'
import { type LogRecord, TOPICS } from '@freshet/event-log'
import { cross } from '@freshet/kernel'
import { assertStands, type Commit, lineageAfter, type PositionVector, type Standing, vectorOf } from '@freshet/online-store'
import { type Batch, needsOf, untilCrowded, untilDictionary } from './batch'
import { candidatesFor } from './candidates'
import { FOLD_KEY, type LoadedPartition, loadPartition } from './load-partition'
import { FOLDED_KEY, lastFolded } from './folded-log'
import type { FolderScope } from './folder-scope'
import { OutboxPublisher } from './outbox-publisher'
import { type Source, SOURCES } from './sources'
import { waitingKey } from './waiting-impressions'

/** What one step takes at most: the most that a crash folds again, and the longest that an event waits behind others. */
const EVENTS_AT_ONCE = 256
const TOUCHES_AT_ONCE = 2048
const CATALOG_AT_ONCE = 512
const BYTES_AT_ONCE = 8 << 20

/**
 * Folds one partition: reads a batch of its three topics, brings the states to hand, folds, commits, publishes.
 *
 * Whatever fails, the folder is thrown away and loaded again: all that it knows lies in store and log. A commit that
 * another owner has overtaken fails with StalePositionError and has changed nothing.
 */
export class PartitionFolder {
  /** Below this place the store has been told to forget the outbox. */
  private forgottenBelow = 0

  private constructor(
    private readonly scope: FolderScope,
    private readonly loaded: LoadedPartition,
    private readonly publisher: OutboxPublisher,
    private at: Standing,
    private folded: FoldedLog,
  ) {}

  /** Loads a partition and publishes what its last owner left behind. */
  static async load(scope: FolderScope): Promise<PartitionFolder> {
    const loaded = await loadPartition(scope)
    const publisher = new OutboxPublisher(scope.log, scope.store, scope.partition)
    await publisher.recover(loaded.fold.effects.silentUntil)
    return new PartitionFolder(scope, loaded, publisher, loaded.positions, { ...loaded.folded, generation: scope.generation ?? '' })
  }

  /** How far the fold has come, and by which commits. */
  get positions(): Standing {
    return this.at
  }

  /** Counters and watermark. */
  get state(): FoldState {
    return this.loaded.fold.state
  }

  /** Folds what there is, of all topics or of some, up to a bound; returns how many records it were. */
  async step(topics: readonly Source[] = SOURCES): Promise<number> {
    const batch = await this.read(topics)
    const records = batch.events.length + batch.touches.length + batch.catalog.length + batch.unreadable
    if (records === 0) return 0
    cross('batch-read')
    const ticket = this.scope.items.beginBatch(this.scope.partition)
    try {
      await this.fetch(batch, ticket)
      this.fold(batch)
      await this.commit(batch)
    } finally {
      this.scope.items.endBatch(ticket)
    }
    return records
  }

  /** True while the outbox still holds what has been published since: the next commit forgets it. */
  get isOutboxStale(): boolean {
    return this.publisher.publishedBelow > this.forgottenBelow
  }

  /** Forgets what has been published without waiting for a next commit, which may be long in coming. */
  async forgetPublished(): Promise<void> {
    await this.write(this.at, { puts: [], outbox: [] })
  }

  /** Makes sure that the store still stands where this fold left it; a store that lost its state throws StalePositionError. */
  async verify(): Promise<void> {
    assertStands(this.scope.partition, this.at, await this.scope.store.positions(this.scope.partition))
  }

  /** Resolves when any of the three topics has grown beyond what is folded, or when `signal` aborts. */
  async grown(signal: AbortSignal): Promise<void> {
    const settled = new AbortController()
    const either = AbortSignal.any([signal, settled.signal])
    const { log, partition } = this.scope
    await Promise.race(SOURCES.map((topic) => log.grown({ topic: TOPICS[topic], partition }, this.at[topic], either)))
    settled.abort()
  }

  private async read(topics: readonly Source[]): Promise<Batch> {
    const records = (of: Source, max: number) => (topics.includes(of) ? this.records(of, max) : Promise.resolve([]))
    const [catalog, touches, read] = await Promise.all([
      records('catalog', CATALOG_AT_ONCE),
      records('touches', TOUCHES_AT_ONCE),
      records('events', EVENTS_AT_ONCE),
    ])
    const events = this.untilCrowded(untilDictionary(read))
    const { items, partition, seed } = this.scope
    const { dictionary } = this.loaded.fold
    const decoded = {
      catalog: decodeAll(catalog, CatalogRecord),
      touches: decodeAll(touches, Touch),
      events: decodeAll(events, EventRecord),
    }
    return {
      catalog: decoded.catalog.map(({ message }) => message),
      touches: decoded.touches.map(({ message }) => message),
      events: decoded.events.map(({ offset, message: record }) => ({
        offset,
        record,
        candidates: candidatesFor(record, { dictionary, known: items.known, seed, partition, offset }),
      })),
      next: { events: end(events, this.at.events), touches: end(touches, this.at.touches), catalog: end(catalog, this.at.catalog) },
      folded: {
        ...this.folded,
        events: lastFolded(events, this.folded.events),
        touches: lastFolded(touches, this.folded.touches),
        catalog: lastFolded(catalog, this.folded.catalog),
      },
      unreadable: SOURCES.reduce((sum, topic) => sum - decoded[topic].length, catalog.length + touches.length + events.length),
    }
  }

  private untilCrowded(records: readonly LogRecord[]): readonly LogRecord[] {
    const readable = decodeAll(records, EventRecord)
    const count = untilCrowded(
      readable.map(({ message }) => message),
      this.loaded.fold,
    )
    return count === readable.length ? records : records.filter(({ offset }) => offset <= readable[count - 1].offset)
  }

  private records(topic: Source, records: number): Promise<readonly LogRecord[]> {
    return this.scope.log.read({ topic: TOPICS[topic], partition: this.scope.partition }, this.at[topic], { records, bytes: BYTES_AT_ONCE })
  }

  /** Brings to hand everything that the fold will ask for. */
  private async fetch(batch: Batch, ticket: number): Promise<void> {
    const { users, items, lists, forgotten } = needsOf(batch, this.loaded.fold)
    const { states } = this.loaded
    await Promise.all([states.fetchUsers(users, this.at), this.scope.items.fetch(items, ticket), this.fetchLists(lists)])
    const remembered = forgotten.flatMap((id) => Object.keys(states.user(id)?.items ?? {}))
    if (remembered.length > 0) await this.scope.items.fetch(remembered, ticket)
  }

  private async fetchLists(requestIds: readonly string[]): Promise<void> {
    const { impressions } = this.loaded.fold.joins
    const missing = impressions.missing(requestIds)
    if (missing.length === 0) return
    const values = await this.scope.store.read(this.scope.partition, missing.map(waitingKey), this.at)
    for (const value of values) if (value !== undefined) impressions.supply(value)
  }

  /** The catalogue first, then what happened to items, so that events meet the freshest states. */
  private fold({ events, touches, catalog, unreadable }: Batch): void {
    const { fold } = this.loaded
    for (const record of catalog) fold.catalog(record)
    for (const touch of touches) fold.touch(touch)
    for (const { offset, record, candidates } of events) fold.event(record, { offset, candidates })
    fold.state.unreadable += unreadable
  }

  private async commit({ next, folded }: Batch): Promise<void> {
    const { fold, states } = this.loaded
    const outbox = fold.effects.takeOutgoing()
    const own = [...fold.identity.puts(), ...fold.joins.impressions.puts(), ...fold.joins.clicks.puts(), ...fold.puts()]
    const marks = [
      { key: FOLD_KEY, value: encoded(FoldState, fold.state) },
      { key: FOLDED_KEY, value: encoded(FoldedLog, folded) },
    ]
    const puts = [...states.puts(), ...own, ...marks]
    await this.write(next, { puts, outbox })
    this.folded = folded
    cross('batch-committed')
    states.committed()
    await this.publisher.publish(outbox)
    this.scope.onCommitted?.(puts)
  }

  private async write(to: PositionVector, changes: Pick<Commit, 'puts' | 'outbox'>): Promise<void> {
    const { store, items, partition, member = '' } = this.scope
    const { publishedBelow } = this.publisher
    const lineage = lineageAfter(this.at, `${member}/${items.tenureOf(partition)}`)
    const next = { ...vectorOf(to), lineage }
    await store.commit(partition, { ...changes, expect: this.at, next, publishedBelow })
    this.forgottenBelow = publishedBelow
    this.at = next
    items.stands(partition, next)
  }
}

const end = (records: readonly LogRecord[], from: number): number => (records.at(-1)?.offset ?? from - 1) + 1

/** What can be read of some records; bytes that are no message are left out, and counted by who asked. */
function decodeAll<T>(records: readonly LogRecord[], codec: { decode(bytes: Uint8Array): T }): { offset: number; message: T }[] {
  return records.flatMap(({ offset, value }) => {
    try {
      return [{ offset, message: codec.decode(value) }]
    } catch {
      return []
    }
  })
}
