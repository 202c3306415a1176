import { trainer } from '@freshet/contracts/services'
import { durationText, trainerLine, trainerPicture } from './picture'

const NOTHING = { loss: [], auc: [], examplesPerS: [] }
const STATUS = trainer.GetStatusResponse.fromPartial({
  ...{ trainerId: 'a-1', owner: 'a-1', epoch: 3, step: 1234, examples: 7500, lag: [1500, 1000], examplesPerS: 1250.4 },
  ...{ rankLoss: 0.5, recallLoss: 0.25, auc: 0.75, logLoss: 0.4321, rows: 2000, parameters: 64_000, phase: 'backfill', provider: 'cpu' },
  ...{ residentBytes: 300 << 20, tableBytes: 3 << 19, version: 'v-7' },
})

describe('the picture of a trainer', () => {
  it('has a bar of what can be learned, and every figure with what it was', () => {
    const history = { loss: [0.75, 0.625, 0.5], auc: [0.5, 0.75], examplesPerS: [0, 625, 1250] }
    expect(trainerPicture({ status: STATUS, etaS: 2, history })).toBe(
      [
        'trainer    a-1, owner, epoch 3, backfill, on cpu',
        'learned    ██████████████████████░░░░░░░░ 75 % of 10,000   2,500 behind, done in 2 s',
        'speed      1,250 examples/s                   ▁▅█',
        'loss       0.5000 + 0.2500                    █▅▁',
        'AUC        0.7500   log loss 0.4321           ▁█',
        'memory     300.0 MiB in all, 1.5 MiB for 2,000 rows',
        'model      step 1,234, 64,000 parameters, version v-7',
        '',
      ].join('\n'),
    )
  })

  it('says that nothing is left, that it gets longer, whom it follows, and what cannot be said yet', () => {
    expect(trainerPicture({ status: { ...STATUS, lag: [0, 0] }, etaS: 0, history: NOTHING })).toContain('100 % of 7,500   up to date\n')
    expect(trainerPicture({ status: STATUS, etaS: Infinity, history: NOTHING })).toContain('2,500 behind, not getting fewer\n')
    expect(trainerPicture({ status: STATUS, history: NOTHING })).toContain('2,500 behind\n')
    expect(trainerPicture({ status: { ...STATUS, mode: 'online' }, etaS: Infinity, history: NOTHING })).toContain('2,500 behind\n')
    const waiting = trainerPicture({ status: { ...STATUS, owner: '', auc: 0, version: '', examples: 0, lag: [] }, history: NOTHING })
    expect(waiting).toMatch(/follows nobody yet[\s\S]*100 % of 0[\s\S]*AUC +–[\s\S]*version none yet/)
  })

  it('says how many threads share a step, where they do', () => {
    const first = (workers: number): string => trainerPicture({ status: { ...STATUS, workers }, history: NOTHING }).split('\n')[0]
    expect([first(1), first(2)]).toEqual(['trainer    a-1, owner, epoch 3, backfill, on cpu', expect.stringMatching(/on cpu, 2 threads$/)])
  })

  it('says how many replicas compute, where it was told of any', () => {
    const replicas = [trainer.ReplicaState.REPLICA_STATE_COMPUTING, trainer.ReplicaState.REPLICA_STATE_AWAY].map((state) => ({
      ...{ address: 'one:1', reason: '', state },
    }))
    expect(trainerPicture({ status: { ...STATUS, workers: 2, replicas }, history: NOTHING })).toMatch(
      /on cpu, 2 threads, 1 of 2 replicas\n/,
    )
  })

  it('says how much the rows may take, and how many were given up, where they are', () => {
    const status = { ...STATUS, tableBytesMax: 4 << 20, rowsExpired: 1200, rowsDisplaced: 7 }
    expect(trainerPicture({ status, history: NOTHING })).toContain('1.5 MiB of 4.0 MiB for 2,000 rows, 1,200 expired, 7 displaced\n')
  })

  it('keeps what was known last of a trainer that is away', () => {
    const away = 'away: nobody listens'
    expect(trainerPicture({ status: STATUS, away, history: NOTHING })).toMatch(
      /backfill, on cpu {3}away: nobody listens\n[\s\S]*step 1,234/,
    )
    expect(trainerPicture({ away, history: NOTHING })).toBe('trainer    away: nobody listens\n')
    expect(trainerLine({ status: STATUS, away, history: NOTHING })).toBe('trainer away: nobody listens')
  })

  it('is a line where nothing can be drawn over', () => {
    expect(trainerLine({ status: STATUS, etaS: 200, history: NOTHING })).toBe(
      'backfill: step 1,234, 7,500 examples, 1,250/s, loss 0.5000 + 0.2500, AUC 0.7500, 300.0 MiB in all, 1.5 MiB for 2,000 rows, 2,500 behind, done in 3 min 20 s',
    )
  })
})

describe('a duration', () => {
  it.each([
    [0.2, '1 s'],
    [59.4, '59 s'],
    [60, '1 min 0 s'],
    [3599, '59 min 59 s'],
    [3725, '1 h 2 min'],
  ])('of %f s reads %s', (seconds, text) => expect(durationText(seconds)).toBe(text))
})
