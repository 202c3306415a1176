import { spellChecksum } from '@freshet/kernel'
import type { TrainingLine } from './training-line'

/** Where a trainer stands: what `freshet status` shows. */
export interface TrainerStatus {
  readonly id: string
  readonly role: 'owner' | 'follower'
  readonly mode: string
  readonly epoch: number
  readonly owner: string
  readonly step: number
  readonly chain: string
  readonly examples: number
  /** Learned in a second, of late. */
  readonly examplesPerS: number
  readonly rankLoss: number
  readonly recallLoss: number
  readonly auc: number
  readonly logLoss: number
  /** By partition: records that are in the log no more and were never cut. Such a partition stands still. */
  readonly lost: readonly number[]
  /** By partition: records of `examples` that have not been cut. */
  readonly lag: readonly number[]
  readonly contains: readonly number[]
  readonly rows: number
  readonly parameters: number
  /** Those of the dense part. */
  readonly denseParameters: number
  /** What the rows take of memory: pages, index and admission counters. */
  readonly tableBytes: number
  readonly duplicates: number
  readonly refused: number
  /** Records of the journal that count for nothing, since its first, by reason. */
  readonly voids: Readonly<Record<string, number>>
  readonly version: string
  /** The version that rankers were turned to; empty: they follow the journal. */
  readonly serving: string
  readonly journalPosition: number
  /** Of the dictionary that the last step was computed under. */
  readonly dictionaryHash: string
}

/** Reads a status off a line. */
export async function statusOf(
  line: TrainingLine,
  { id, mode, version, examplesPerS }: Pick<TrainerStatus, 'id' | 'mode' | 'version' | 'examplesPerS'>,
): Promise<TrainerStatus> {
  const { desk, learner, source } = line
  const { state } = learner
  const { examples, rankLoss, recallLoss, auc, logLoss, refused } = state.metrics.read()
  return {
    ...{ id, mode, version, examplesPerS },
    role: desk.isOwner ? 'owner' : 'follower',
    epoch: desk.state.epoch,
    owner: desk.state.owner,
    step: state.step,
    chain: spellChecksum(state.chain),
    ...{ examples, rankLoss, recallLoss, auc, logLoss, refused },
    lost: await source.lost(),
    lag: await source.lag(),
    contains: [...state.contains],
    rows: state.table.size,
    parameters: state.dense.length + state.table.size * state.table.width,
    denseParameters: state.dense.length,
    tableBytes: state.table.bytes,
    duplicates: state.duplicates,
    voids: { ...desk.state.voidReasons },
    serving: desk.state.serving ?? '',
    journalPosition: desk.position,
    dictionaryHash: line.under.hash,
  }
}
