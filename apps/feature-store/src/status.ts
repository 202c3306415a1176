import type { feature } from '@freshet/contracts/services'
import type { PartitionStatus } from '@freshet/materialize'

/** What this process adds to what the store says. */
export interface StatusScope {
  /** By partition: the first event that is kept, and from where on none may go. */
  readonly kept: readonly { readonly first: number; readonly heldFrom: number }[]
  readonly dictionaryHash: string
  readonly owns: (partition: number) => boolean
}

/** The status of all partitions as the contract says it. */
export function statusOf(partitions: readonly PartitionStatus[], { dictionaryHash, kept, owns }: StatusScope): feature.GetStatusResponse {
  const sum = (counter: 'folded' | 'duplicates' | 'late' | 'groups' | 'unreadable'): number =>
    partitions.reduce((total, { state }) => total + state[counter], 0)
  return {
    dictionaryHash,
    partitions: partitions.map((status, i) => ({
      ...partitionOf(status, owns(status.partition)),
      eventsFirst: kept[i].first,
      eventsHeldFrom: kept[i].heldFrom,
    })),
    folded: sum('folded'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    examples: sum('groups'),
    unreadable: sum('unreadable'),
  }
}

const partitionOf = (
  { partition, positions, ends, outboxDepth, state }: PartitionStatus,
  owned: boolean,
): Omit<feature.PartitionStatus, 'eventsFirst' | 'eventsHeldFrom'> => ({
  partition,
  eventsPosition: positions.events,
  eventsEnd: ends.events,
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
