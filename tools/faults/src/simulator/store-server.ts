import { RESTORING_KEY } from '@freshet/materialize'
import {
  assertStands,
  type Commit,
  type OnlineStore,
  type OutboxEntry,
  type ScanOptions,
  type Sight,
  samePositions,
  type Standing,
  START,
} from '@freshet/online-store'

import type { Met } from './tally'

type Page = Awaited<ReturnType<OnlineStore['scan']>>

/** One partition as it stands. Values are never changed in place. */
export interface Drawer {
  positions: Standing
  outgoing: readonly OutboxEntry[]
  nextSequence: number
  values: Map<string, Uint8Array>
}

/** The online store itself: every verb takes effect at once and wholly. It can be turned back, as one that lost its last writes. */
export class StoreServer {
  readonly drawers: Drawer[]
  private readonly kept: (Drawer | undefined)[]
  private readonly turns: number[]
  /** Who committed last, by partition; and the partitions that came back empty since. */
  private readonly owners: string[] = []
  private readonly emptied = new Set<number>()
  /** Partitions that will lose a commit which comes after somebody has asked where they stand; told when it has come. */
  private readonly ambushes = new Map<number, () => void>()

  constructor(
    partitions: number,
    private readonly met: Met = () => {},
  ) {
    this.drawers = Array.from({ length: partitions }, emptyDrawer)
    this.kept = this.drawers.map(() => undefined)
    this.turns = this.drawers.map(() => 0)
  }

  positions(partition: number): Standing {
    if (this.ambushes.has(partition)) this.keep(partition)
    return this.drawers[partition].positions
  }

  read(partition: number, keys: readonly string[], of?: Standing): readonly (Uint8Array | undefined)[] {
    assertStands(partition, of, this.drawers[partition].positions)
    return keys.map((key) => this.drawers[partition].values.get(key))
  }

  look(partition: number, keys: readonly string[]): Sight {
    return { at: this.drawers[partition].positions, values: this.read(partition, keys) }
  }

  /** Refuses who does not know where the partition stands. `by` says whose commit it is. */
  commit(partition: number, { expect, next, puts, outbox, publishedBelow }: Commit, by = ''): void {
    const drawer = this.drawers[partition]
    this.assertStands(partition, expect)
    for (const { key, value } of puts) {
      if (value === null) drawer.values.delete(key)
      else drawer.values.set(key, value)
    }
    const added = outbox.map(({ to, key, value }) => ({ to, key, value, sequence: drawer.nextSequence++ }))
    drawer.outgoing = [...drawer.outgoing.filter(({ sequence }) => sequence >= publishedBelow), ...added]
    drawer.positions = next
    this.count(partition, { next, puts }, by)
    this.ambush(partition)
  }

  private assertStands(partition: number, expect: Standing): void {
    try {
      assertStands(partition, expect, this.drawers[partition].positions)
    } catch (error) {
      this.met('commits_refused')
      throw error
    }
  }

  private count(partition: number, { next, puts }: Pick<Commit, 'next' | 'puts'>, by: string): void {
    const isRestored = puts.some(({ key, value }) => key === RESTORING_KEY && value === null)
    if (isRestored) this.met(samePositions(next, START) ? 'restorations_from_log' : 'restorations_from_snapshot')
    if (this.emptied.delete(partition) && this.owners[partition] !== by) this.met('takeovers_of_emptied')
    this.owners[partition] = by
  }

  outbox(partition: number, limit: number): readonly OutboxEntry[] {
    return this.drawers[partition].outgoing.slice(0, limit)
  }

  scan(partition: number, { prefix, after = '', limit, of }: ScanOptions): Page {
    const keys = [...this.drawers[partition].values.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    return this.read(partition, keys.slice(0, limit), of).flatMap((value, i) => (value === undefined ? [] : [{ key: keys[i], value }]))
  }

  /** How often a partition has been turned back. */
  turnsOf(partition: number): number {
    return this.turns[partition]
  }

  /** Waits for a commit that comes after somebody has asked where a partition stands: `spring` may turn it back to that, then. */
  lieInWait(partition: number, spring: () => void): void {
    this.kept[partition] = undefined
    this.ambushes.set(partition, spring)
  }

  private ambush(partition: number): void {
    const spring = this.ambushes.get(partition)
    if (spring === undefined || this.kept[partition] === undefined) return
    this.ambushes.delete(partition)
    spring()
  }

  /** Keeps a partition as it stands, to be turned back to. */
  keep(partition: number): void {
    const drawer = this.drawers[partition]
    this.kept[partition] = { ...drawer, values: new Map(drawer.values) }
  }

  /** Loses all that a partition held. */
  forget(partition: number): void {
    this.kept[partition] = undefined
    this.rewind(partition)
    this.emptied.add(partition)
  }

  /** Turns a partition back to what was kept, or to nothing. */
  rewind(partition: number): void {
    const kept = this.kept[partition]
    this.turns[partition]++
    this.drawers[partition] = kept === undefined ? emptyDrawer() : { ...kept, values: new Map(kept.values) }
  }
}

const emptyDrawer = (): Drawer => ({ positions: START, outgoing: [], nextSequence: 0, values: new Map() })
