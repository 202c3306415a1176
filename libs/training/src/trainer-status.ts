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
  /** By partition: records that were learned beyond the end of the log, which is another one then. */
  readonly beyond: readonly number[]
  /** The partitions that have another record where the last one lay that was learned. Such a partition stands still. */
  readonly ofAnotherLog: readonly number[]
  /** By how many records the journal ends before what was read of it: it is another one then, and all stands still. */
  readonly journalShortBy: number
  /** By partition: records of `examples` that have not been cut. */
  readonly lag: readonly number[]
  readonly contains: readonly number[]
  readonly rows: number
  readonly parameters: number
  /** Those of the dense part. */
  readonly denseParameters: number
  /** What the rows take of memory: pages, index and admission counters, and when rows were met last where they are given up. */
  readonly tableBytes: number
  /** The most that they may take, and how many have room in it; 0: without bound. */
  readonly tableBytesMax: number
  readonly rowsMax: number
  /** After how many steps without being met a row is given up; 0: never. */
  readonly expireAfterSteps: number
  /** Rows that were given up since this trainer was started: since nobody came back to them, and for want of room. */
  readonly rowsExpired: number
  readonly rowsDisplaced: number
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
    beyond: await source.beyond(),
    ofAnotherLog: source.foreign.filter(({ trouble }) => trouble === 'other').map(({ partition }) => partition),
    journalShortBy: desk.shortBy,
    lag: await source.lag(),
    contains: [...state.contains],
    rows: state.table.size,
    parameters: state.dense.length + state.table.size * state.table.width,
    denseParameters: state.dense.length,
    tableBytes: state.table.bytes,
    ...forgettingOf(line),
    duplicates: state.duplicates,
    voids: { ...desk.state.voidReasons },
    serving: desk.state.serving ?? '',
    journalPosition: desk.position,
    dictionaryHash: line.under.hash,
  }
}

/** By what rules rows are given up, and how many have been. */
function forgettingOf({ learner: { state, modelSet } }: TrainingLine): Pick<TrainerStatus, ForgettingField> {
  const { expireAfterSteps = 0, memoryBytes = 0 } = modelSet.memory
  const { rowsMax, givenUp } = state.table
  return {
    ...{ expireAfterSteps, tableBytesMax: memoryBytes, rowsMax: memoryBytes === 0 ? 0 : rowsMax },
    ...{ rowsExpired: givenUp.expired, rowsDisplaced: givenUp.displaced },
  }
}

type ForgettingField = 'tableBytesMax' | 'rowsMax' | 'expireAfterSteps' | 'rowsExpired' | 'rowsDisplaced'
