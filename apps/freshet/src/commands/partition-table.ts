import type { feature, trainer } from '@freshet/contracts/services'
import { count, table } from '../terminal'

/** What the two stages say that work by partition; absent where one does not answer. */
export interface PartitionReport {
  readonly remember?: feature.GetStatusResponse
  readonly learn?: trainer.GetStatusResponse
}

/** A partition of both stages: what it still has to do, and what it met. */
interface PartitionFacts {
  readonly partition: number
  /** Records that wait to be folded, to be published, to be cut. */
  readonly toFold: number
  readonly outbox: number
  readonly toLearn: number
  /** Records that can not be folded, and examples that can not be learned, any more. */
  readonly foldGap: number
  readonly learnGap: number
  readonly watermarkMs: number
  readonly duplicates: number
  readonly late: number
  readonly unreadable: number
}

/** The partition that is furthest behind, and by what; undefined where none is. What stands still comes before what is slow. */
export function worstPartition(report: PartitionReport): string | undefined {
  const facts = factsOf(report)
  const words = [
    worst(facts, ({ foldGap }) => foldGap, 'events lost'),
    worst(facts, ({ learnGap }) => learnGap, 'examples lost'),
    worst(facts, ({ toFold }) => toFold, 'events to fold'),
    worst(facts, ({ toLearn }) => toLearn, 'examples to learn'),
    worst(facts, ({ outbox }) => outbox, 'outgoing to publish'),
  ]
  return words.find((word) => word !== undefined)
}

/** A line a partition. */
export function partitionTable(report: PartitionReport, nowMs: number): string {
  const rows = factsOf(report).map((facts) => [
    ...[facts.partition, facts.toFold, facts.foldGap, facts.outbox, facts.toLearn, facts.learnGap].map(count),
    facts.watermarkMs > 0 ? `${count(Math.max(0, nowMs - facts.watermarkMs) / 1000)} s` : '–',
    ...[facts.duplicates, facts.late, facts.unreadable].map(count),
  ])
  return [table([HEAD, ...rows]), ...(report.remember ? standingTexts(report.remember, nowMs) : [])].join('\n')
}

const HEAD = ['partition', 'to fold', 'fold gap', 'outbox', 'to learn', 'learn gap', 'watermark', 'duplicates', 'late', 'unreadable']

function worst(facts: readonly PartitionFacts[], value: (facts: PartitionFacts) => number, what: string): string | undefined {
  const first = facts.reduce<PartitionFacts | undefined>((best, each) => (best && value(best) >= value(each) ? best : each), undefined)
  return first && value(first) > 0 ? `partition ${first.partition} is furthest behind: ${count(value(first))} ${what}` : undefined
}

/** A line for each partition that is not folded on, with why; one that its process does not know of, or that nobody folds, is told by its positions. */
export function standingTexts({ partitions }: feature.GetStatusResponse, nowMs: number): string[] {
  return partitions.flatMap(({ partition, standingBecause, standingSinceMs, eventsBeyond, touchesBeyond, catalogBeyond }) => {
    if (standingBecause !== '')
      return [`partition ${partition} stands still for ${count(Math.max(0, nowMs - standingSinceMs) / 1000)} s: ${standingBecause}`]
    const beyond = eventsBeyond + touchesBeyond + catalogBeyond
    return beyond > 0 ? [`partition ${partition} stands still: its store contains ${count(beyond)} records beyond the end of the log`] : []
  })
}

/** Records of a partition that were trimmed from the log before they were folded. */
export const gapOf = ({ eventsLost, touchesLost, catalogLost }: feature.PartitionStatus): number => eventsLost + touchesLost + catalogLost

/** The feature store names its partitions; what the trainer lists is by index. */
function factsOf({ remember, learn }: PartitionReport): PartitionFacts[] {
  const folded = new Map((remember?.partitions ?? []).map((partition) => [partition.partition, partition]))
  const all = Array.from({ length: Math.max(folded.size, learn?.lag.length ?? 0, learn?.lost.length ?? 0) }, (_, partition) => partition)
  return all.map((partition) => {
    const fold = folded.get(partition)
    return {
      partition,
      foldGap: fold ? gapOf(fold) : 0,
      toFold: Math.max(0, (fold?.eventsEnd ?? 0) - (fold?.eventsPosition ?? 0)),
      outbox: fold?.outboxDepth ?? 0,
      toLearn: Math.max(0, learn?.lag[partition] ?? 0),
      learnGap: learn?.lost[partition] ?? 0,
      watermarkMs: fold?.watermarkMs ?? 0,
      duplicates: fold?.duplicates ?? 0,
      late: fold?.late ?? 0,
      unreadable: fold?.unreadable ?? 0,
    }
  })
}
