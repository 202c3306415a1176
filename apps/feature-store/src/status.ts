import type { feature } from '@freshet/contracts/services'
import type { PartitionStatus } from '@freshet/materialize'
import type { PositionVector } from '@freshet/online-store'
import type { Standing } from '@freshet/service'

/** What this process adds to what the store says. */
export interface StatusScope {
  /** By partition: from where on no record may go. */
  readonly held: readonly PositionVector[]
  readonly dictionaryHash: string
  readonly owns: (partition: number) => boolean
  readonly standing: Standing
}

/** The status of all partitions as the contract says it. */
export function statusOf(
  partitions: readonly PartitionStatus[],
  { dictionaryHash, held, owns, standing }: StatusScope,
): feature.GetStatusResponse {
  const sum = (counter: 'folded' | 'duplicates' | 'late' | 'groups' | 'unreadable'): number =>
    partitions.reduce((total, { state }) => total + state[counter], 0)
  return {
    standing,
    dictionaryHash,
    partitions: partitions.map((status, i) => ({
      ...partitionOf(status, owns(status.partition)),
      eventsHeldFrom: held[i].events,
    })),
    folded: sum('folded'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    examples: sum('groups'),
    unreadable: sum('unreadable'),
  }
}

const partitionOf = (
  { partition, positions, ends, firsts, lost, outboxDepth, state }: PartitionStatus,
  owned: boolean,
): Omit<feature.PartitionStatus, 'eventsHeldFrom'> => ({
  partition,
  eventsPosition: positions.events,
  eventsEnd: ends.events,
  eventsFirst: firsts.events,
  eventsLost: lost.events,
  touchesLost: lost.touches,
  catalogLost: lost.catalog,
  touchesPosition: positions.touches,
  touchesEnd: ends.touches,
  catalogPosition: positions.catalog,
  catalogEnd: ends.catalog,
  outboxDepth,
  watermarkMs: state.watermarkMs,
  owned,
  folded: state.folded,
  duplicates: state.duplicates,
  late: state.late,
  unreadable: state.unreadable,
  examples: state.groups,
  lateLabels: state.lateLabels,
  corrections: state.corrections,
})
