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

  /** Keeps a snapshot; of those of a partition, the two that are furthest. */
  seal(partition: number, { events, touches, catalog }: PositionVector, batches: readonly (readonly Put[])[]): void {
    const positions = { events, touches, catalog }
    const others = this.sealed[partition].filter((each) => far(each.positions) !== far(positions))
    const all = [...others, { positions, isTorn: false, entries: () => inTurn(batches) }]
    this.sealed[partition] = all.sort((a, b) => far(b.positions) - far(a.positions)).slice(0, KEPT)
  }

  /** The furthest that is whole. */
  newest(partition: number): StoredSnapshot | undefined {
    return this.sealed[partition].find(({ isTorn }) => !isTorn)
  }

  /** Where the kept ones stand, the furthest first. */
  kept(partition: number): readonly PositionVector[] {
    return this.sealed[partition].map(({ positions }) => positions)
  }

  /** From where on the log is needed: the older one's positions, once there are two that are whole. */
  neededFrom(partition: number): PositionVector | undefined {
    const whole = this.sealed[partition].filter(({ isTorn }) => !isTorn)
    return whole.length === KEPT ? whole[KEPT - 1].positions : undefined
  }

  /** Flips a bit of the furthest; not of both, which is what the second one is for: false where there are no two. */
  tear(partition: number): boolean {
    if (this.neededFrom(partition) === undefined) return false
    this.sealed[partition][0].isTorn = true
    this.met('snapshots_torn')
    return true
  }
}

const far = ({ events, touches, catalog }: PositionVector): number => events + touches + catalog // of one partition, none goes back

async function* inTurn(batches: readonly (readonly Put[])[]): AsyncGenerator<readonly Put[]> {
  yield* batches
}
