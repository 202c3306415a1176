import type { StoredSnapshot } from '@freshet/materialize'
import type { PositionVector, Put } from '@freshet/online-store'
import type { Met } from './tally'

interface KeptSnapshot extends StoredSnapshot {
  isTorn: boolean
}

const KEPT = 2 // as files are kept

/** Snapshots of partitions on a disk that all feature stores share: a sealed one is there whole, or torn. */
export class SnapshotServer {
  private readonly sealed: KeptSnapshot[][]

  constructor(
    partitions: number,
    private readonly met: Met = () => {},
  ) {
    this.sealed = Array.from({ length: partitions }, () => [])
  }

  /** Keeps a snapshot; of those of a partition, what is no older than the second one that is whole. */
  seal(partition: number, { events, touches, catalog }: PositionVector, batches: readonly (readonly Put[])[]): void {
    const positions = { events, touches, catalog }
    const others = this.sealed[partition].filter((each) => far(each.positions) !== far(positions))
    const all = [...others, { positions, isTorn: false, entries: () => inTurn(batches) }]
    const sorted = all.sort((a, b) => far(b.positions) - far(a.positions))
    const last = sorted.filter(({ isTorn }) => !isTorn)[KEPT - 1]
    this.sealed[partition] = last === undefined ? sorted : sorted.slice(0, sorted.indexOf(last) + 1)
  }

  /** The furthest that is whole. */
  newest(partition: number): StoredSnapshot | undefined {
    return this.sealed[partition].find(({ isTorn }) => !isTorn)
  }

  /** Forgets the one that stands there. */
  setAside(partition: number, positions: PositionVector): void {
    this.sealed[partition] = this.sealed[partition].filter((each) => far(each.positions) !== far(positions))
  }

  /** Where those stand that are whole, the furthest first. */
  kept(partition: number): readonly PositionVector[] {
    return this.wholeOf(partition).map(({ positions }) => positions)
  }

  /** From where on the log is needed: the older one's positions, once there are two that are whole. */
  neededFrom(partition: number): PositionVector | undefined {
    return this.wholeOf(partition)[KEPT - 1]?.positions
  }

  /** Flips a bit of the furthest that is whole; not of the last one, which is what the second one is for: false where there are no two. */
  tear(partition: number): boolean {
    const [furthest, second] = this.wholeOf(partition)
    if (second === undefined) return false
    furthest.isTorn = true
    this.met('snapshots_torn')
    return true
  }

  private wholeOf(partition: number): readonly KeptSnapshot[] {
    return this.sealed[partition].filter(({ isTorn }) => !isTorn)
  }
}

const far = ({ events, touches, catalog }: PositionVector): number => events + touches + catalog // of one partition, none goes back

async function* inTurn(batches: readonly (readonly Put[])[]): AsyncGenerator<readonly Put[]> {
  yield* batches
}
