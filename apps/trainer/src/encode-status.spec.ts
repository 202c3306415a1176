import { trainer } from '@freshet/contracts/services'
import { encodeStatus } from './encode-status'
import type { ThreadStatus } from './worker-protocol'

const STATUS: ThreadStatus = {
  ...{ workers: 2, scalesByLoad: true, workersLost: 1, workerFailure: 'out of memory' },
  replicas: [
    { address: 'one:1', state: 'admitted', reason: '' },
    { address: 'two:2', state: 'refused', reason: 'another graph' },
  ],
  ...{ provider: 'cpu', denseParameters: 60, tableBytes: 4096 },
  ...{ tableBytesMax: 1 << 20, rowsMax: 4000, expireAfterSteps: 900, rowsExpired: 6, rowsDisplaced: 5 },
  ...{ id: 'a-1', role: 'owner', mode: 'online', epoch: 3, owner: 'a-1', step: 7, chain: 'c0ffee', examples: 900, examplesPerS: 120.5 },
  ...{
    rankLoss: 0.5,
    recallLoss: 1.5,
    auc: 0.75,
    logLoss: 0.4,
    lost: [0, 0],
    lag: [0, 0],
    contains: [4, -1],
    rows: 12,
    parameters: 96,
    beyond: [0, 0],
    ofAnotherLog: [],
    journalShortBy: 0,
  },
  ...{
    duplicates: 2,
    refused: 1,
    voids: { 'stale-epoch': 3, 'wrong-step': 2 },
    version: 'v-7',
    serving: '',
    journalPosition: 44,
    dictionaryHash: 'd0',
  },
}
const STANDING = { logProblem: 'Kafka is away', storeProblem: '', asOfMs: 5 }
const phaseOf = (status: Partial<ThreadStatus>): string => encodeStatus({ ...STATUS, ...status }, 1, STANDING).phase

describe('the status of a trainer on the wire', () => {
  it('leaves no field of the contract empty that there is something to say for', () => {
    const encoded = encodeStatus(
      { ...STATUS, lost: [0, 12], beyond: [3, 0], ofAnotherLog: [1], lag: [3, 0], serving: 'v-6' },
      1 << 20,
      STANDING,
    )
    expect(encoded).toEqual({
      standing: STANDING,
      ...{ trainerId: 'a-1', role: trainer.TrainerRole.TRAINER_ROLE_OWNER, epoch: 3, owner: 'a-1', step: 7, chain: 'c0ffee' },
      ...{ examples: 900, rankLoss: 0.5, recallLoss: 1.5, auc: 0.75, lag: [3, 0], contains: [4, -1], rows: 12, parameters: 96 },
      ...{
        mode: 'online',
        duplicates: 2,
        gaps: 2,
        beyond: [3, 0],
        ofAnotherLog: [1],
        journalShortBy: 0,
        voidRecords: 5,
        version: 'v-7',
        examplesPerS: 120.5,
        phase: 'gap',
        serving: 'v-6',
      },
      ...{ lost: [0, 12], voidRecordsByReason: { 'stale-epoch': 3, 'wrong-step': 2 }, dictionaryHash: 'd0' },
      ...{ workers: 2, scalesByLoad: true, workersLost: 1, workerFailure: 'out of memory' },
      replicas: [
        { address: 'one:1', state: trainer.ReplicaState.REPLICA_STATE_COMPUTING, reason: '' },
        { address: 'two:2', state: trainer.ReplicaState.REPLICA_STATE_REFUSED, reason: 'another graph' },
      ],
      ...{ residentBytes: 1 << 20, provider: 'cpu', denseParameters: 60, tableBytes: 4096, logLoss: 0.4 },
      ...{ tableBytesMax: 1 << 20, rowsMax: 4000, expireAfterSteps: 900, rowsExpired: 6, rowsDisplaced: 5 },
    })
  })

  it('says 0 where there is nothing to say yet', () => {
    expect(encodeStatus({ ...STATUS, auc: NaN, rankLoss: NaN }, 1, STANDING)).toMatchObject({ auc: 0, rankLoss: 0 })
  })

  it('says what the trainer does', () => {
    expect(phaseOf({})).toBe('waiting for examples')
    expect(phaseOf({ lag: [0, 9] })).toBe('learning')
    expect(phaseOf({ lag: [0, 9], beyond: [4, 0] })).toBe('gap')
    expect(phaseOf({ lag: [0, 9], ofAnotherLog: [1] })).toBe('gap')
    expect(phaseOf({ role: 'follower', owner: 'b-2', journalShortBy: 7 })).toBe('beside another log')
    expect(phaseOf({ mode: 'backfill', lag: [0, 9] })).toBe('backfill')
    expect(phaseOf({ role: 'follower', owner: 'b-2' })).toBe('following')
    expect(phaseOf({ role: 'follower', owner: '' })).toBe('waiting for an owner')
  })
})
