import type { feature } from '@freshet/contracts/services'
import type { PartitionStatus, StandsStill } from '@freshet/materialize'
import type { PositionVector } from '@freshet/online-store'
import type { Standing } from '@freshet/service'

/** What this process adds to what the store says. */
export interface StatusScope {
  /** By partition: from where on no record may go. */
  readonly held: readonly PositionVector[]
  readonly dictionaryHash: string
  readonly owns: (partition: number) => boolean
  /** Why this process does not fold a partition on that is its own. */
  readonly standsStill: (partition: number) => StandsStill | undefined
  readonly standing: Standing
}

/** The status of all partitions as the contract says it. */
export function statusOf(
  partitions: readonly PartitionStatus[],
  { dictionaryHash, held, owns, standsStill, standing }: StatusScope,
): feature.GetStatusResponse {
  const sum = (counter: 'folded' | 'duplicates' | 'late' | 'groups' | 'unreadable'): number =>
    partitions.reduce((total, { state }) => total + state[counter], 0)
  return {
    standing,
    dictionaryHash,
    partitions: partitions.map((status, i) => ({
      ...partitionOf(status, owns(status.partition)),
      ...standingOf(standsStill(status.partition)),
      eventsHeldFrom: held[i].events,
    })),
    folded: sum('folded'),
    duplicates: sum('duplicates'),
    late: sum('late'),
    examples: sum('groups'),
    unreadable: sum('unreadable'),
  }
}

const standingOf = (standing: StandsStill | undefined): Pick<feature.PartitionStatus, 'standingBecause' | 'standingSinceMs'> => ({
  standingBecause: standing?.because ?? '',
  standingSinceMs: standing?.sinceMs ?? 0,
})

const partitionOf = (
  { partition, positions, ends, firsts, lost, beyond, outboxDepth, state }: PartitionStatus,
  owned: boolean,
): Omit<feature.PartitionStatus, 'eventsHeldFrom' | 'standingBecause' | 'standingSinceMs'> => ({
  partition,
  eventsPosition: positions.events,
  eventsEnd: ends.events,
  eventsFirst: firsts.events,
  eventsLost: lost.events,
  touchesLost: lost.touches,
  catalogLost: lost.catalog,
  eventsBeyond: beyond.events,
  touchesBeyond: beyond.touches,
  catalogBeyond: beyond.catalog,
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
