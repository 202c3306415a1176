import type { feature } from '@freshet/contracts/services'
import type { PartitionStatus } from '@freshet/materialize'

/** What this process adds to what the store says. */
export interface StatusScope {
  readonly dictionaryHash: string
  readonly owns: (partition: number) => boolean
}

/** The status of all partitions as the contract says it. */
export function statusOf(partitions: readonly PartitionStatus[], { dictionaryHash, owns }: StatusScope): feature.GetStatusResponse {
  const sum = (counter: 'folded' | 'duplicates' | 'late' | 'groups' | 'unreadable'): number =>
    partitions.reduce((total, { state }) => total + state[counter], 0)
  return {
    dictionaryHash,
    partitions: partitions.map((status) => partitionOf(status, owns(status.partition))),
    folded: sum('folded'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    examples: sum('groups'),
    unreadable: sum('unreadable'),
  }
}

const partitionOf = ({ partition, positions, ends, outboxDepth, state }: PartitionStatus, owned: boolean): feature.PartitionStatus => ({
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
