import { trainer } from '@freshet/contracts/services'
import type { Standing } from '@freshet/service'
import type { TrainerStatus } from '@freshet/training'
import type { ReplicaState } from './replica-roster'
import type { ThreadStatus } from './worker-protocol'

/** A trainer's status as the contract says it; `residentBytes` are its process's. */
export function encodeStatus(status: ThreadStatus, residentBytes: number, standing: Standing): trainer.GetStatusResponse {
  return trainer.GetStatusResponse.create({
    standing,
    trainerId: status.id,
    role: status.role === 'owner' ? trainer.TrainerRole.TRAINER_ROLE_OWNER : trainer.TrainerRole.TRAINER_ROLE_FOLLOWER,
    epoch: status.epoch,
    owner: status.owner,
    step: status.step,
    chain: status.chain,
    examples: status.examples,
    rankLoss: finiteOrZero(status.rankLoss),
    recallLoss: finiteOrZero(status.recallLoss),
    auc: finiteOrZero(status.auc),
    lag: [...status.lag],
    contains: [...status.contains],
    rows: status.rows,
    parameters: status.parameters,
    mode: status.mode,
    duplicates: status.duplicates,
    gaps: gapsIn(status),
    lost: [...status.lost],
    beyond: [...status.beyond],
    ofAnotherLog: [...status.ofAnotherLog],
    journalShortBy: status.journalShortBy,
    voidRecords: Object.values(status.voids).reduce((sum, n) => sum + n, 0),
    voidRecordsByReason: { ...status.voids },
    version: status.version,
    examplesPerS: status.examplesPerS,
    phase: phaseOf(status),
    serving: status.serving,
    dictionaryHash: status.dictionaryHash,
    workers: status.workers,
    scalesByLoad: status.scalesByLoad,
    workersLost: status.workersLost,
    workerFailure: status.workerFailure,
    replicas: status.replicas.map(({ address, state, reason }) => ({ address, state: REPLICA_STATE[state], reason })),
    residentBytes,
    provider: status.provider,
    tableBytes: status.tableBytes,
    tableBytesMax: status.tableBytesMax,
    rowsMax: status.rowsMax,
    expireAfterSteps: status.expireAfterSteps,
    rowsExpired: status.rowsExpired,
    rowsDisplaced: status.rowsDisplaced,
    denseParameters: status.denseParameters,
    logLoss: finiteOrZero(status.logLoss),
  })
}

const REPLICA_STATE = {
  joining: trainer.ReplicaState.REPLICA_STATE_JOINING,
  admitted: trainer.ReplicaState.REPLICA_STATE_COMPUTING,
  away: trainer.ReplicaState.REPLICA_STATE_AWAY,
  refused: trainer.ReplicaState.REPLICA_STATE_REFUSED,
} satisfies Record<ReplicaState, trainer.ReplicaState>

/** What it does at this moment, in a word or two. */
function phaseOf(status: TrainerStatus): string {
  const { role, owner, mode, lag } = status
  if (status.journalShortBy > 0) return 'beside another log'
  if (role === 'follower') return owner === '' ? 'waiting for an owner' : 'following'
  if (gapsIn(status) > 0) return 'gap'
  if (mode === 'backfill') return 'backfill'
  return lag.some((records) => records > 0) ? 'learning' : 'waiting for examples'
}

/** How many partitions stand still: what they were to learn next is gone, or was never in this log. */
const gapsIn = ({ lost, beyond, ofAnotherLog }: TrainerStatus): number =>
  lost.filter((records, i) => records > 0 || beyond[i] > 0 || ofAnotherLog.includes(i)).length

/** There is nothing to say yet: the wire says 0. */
const finiteOrZero = (value: number): number => (Number.isFinite(value) ? value : 0)
