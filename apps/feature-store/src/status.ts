import type { feature } from '@freshet/contracts/services'
import type { PartitionStatus } from '@freshet/materialize'

/** What this process adds to what the store says. */
export interface StatusScope {
  readonly dictionaryHash: string
  readonly owns: (partition: number) => boolean
}

/** The status of all partitions as the contract says it. */
export function statusOf(partitions: readonly PartitionStatus[], { dictionaryHash, owns }: StatusScope): feature.GetStatusResponse {
  const sum = (counter: 'folded' | 'duplicates' | 'late' | 'groups'): number =>
    partitions.reduce((total, { state }) => total + state[counter], 0)
  return {
    dictionaryHash,
    partitions: partitions.map(({ partition, positions, eventsEnd, outboxDepth, state }) => ({
      partition,
      eventsPosition: positions.events,
      eventsEnd,
      touchesPosition: positions.touches,
      catalogPosition: positions.catalog,
      outboxDepth,
      watermarkMs: state.watermarkMs,
      owned: owns(partition),
    })),
    folded: sum('folded'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    examples: sum('groups'),
  }
}
