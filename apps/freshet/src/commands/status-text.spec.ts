import { feature, ingest, ranker, trainer } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { statusText, type StatusReport } from './status-text'

const NOW_MS = 1_000_000
const ADDRESSES = { ingest: '127.0.0.1:1', featureStore: '127.0.0.1:2', trainer: '127.0.0.1:3', ranker: '127.0.0.1:4' }
const screen = (report: Omit<StatusReport, 'addresses'>) => statusText({ addresses: ADDRESSES, ...report }, NOW_MS)

describe('the status screen', () => {
  it('tells a stage that is not running from one that does not answer', () => {
    expect(statusText({ addresses: { ingest: '127.0.0.1:1' } }, NOW_MS)).toBe(
      [
        'observe   127.0.0.1:1       does not answer',
        'remember                    not running',
        'learn                       not running',
        'answer                      not running',
      ].join('\n'),
    )
  })

  it('says why a stage does not answer, where it has said so', () => {
    const failures = { featureStore: new UnavailableError('the online store at redis://cache:6379', 'see that it runs') }
    expect(screen({ failures }).split('\n')[1]).toBe(
      'remember  127.0.0.1:2       does not answer: the online store at redis://cache:6379 is not available; see that it runs',
    )
  })

  it('says first why the log or the store does not answer, each reason once, and how old the figures are', () => {
    const standing = { logProblem: 'Kafka at broker:9092 is not available', storeProblem: '', asOfMs: NOW_MS - 42_000 }
    const observe = ingest.GetStatusResponse.fromPartial({ ends: [7], standing })
    const learn = trainer.GetStatusResponse.fromPartial({ standing: { ...standing, asOfMs: NOW_MS - 2000 } })
    const remember = feature.GetStatusResponse.fromPartial({ standing: { storeProblem: 'redis://cache:6379 is not available' } })
    const lines = screen({ observe, learn, remember }).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'the log does not answer: Kafka at broker:9092 is not available',
      'the online store does not answer: redis://cache:6379 is not available',
    ])
    expect(lines.filter((line) => /^[a-z]|as it was/.test(line)).slice(2)).toEqual([
      expect.stringMatching(/^observe .*events in the log 7 /),
      expect.stringMatching(/^ +as it was 42\.0 s ago, when it was last known$/),
      expect.stringMatching(/^remember /),
      expect.stringMatching(/^learn /),
      expect.stringMatching(/^ +as it was 2\.0 s ago, when it was last known$/),
      expect.stringMatching(/^answer /),
    ])
    expect(screen({ observe: { ...observe, standing: undefined } })).toMatch(/^observe/)
  })

  it('adds up the offsets of all partitions, and names why records were rejected', () => {
    const observe = ingest.GetStatusResponse.fromPartial({
      ends: [1000, 234],
      accepted: 5,
      rejected: 3,
      rejectedByCode: { INVALID_FIELD: 2, OVERLOADED: 1 },
    })
    expect(screen({ observe })).toContain('events in the log 1,234   accepted since start 5   rejected 3 (INVALID_FIELD 2, OVERLOADED 1)')
  })

  it('counts dead letters by reason, the most frequent first, and says how many were replayed', () => {
    const deadLettersByCode = { VOID_CUT: 1, INVALID_FIELD: 1200 }
    const observe = ingest.GetStatusResponse.fromPartial({ deadLettersByCode, deadLettersReplayed: 7 })
    expect(screen({ observe })).toContain('dead letters 1,201 (INVALID_FIELD 1,200, VOID_CUT 1), replayed 7')
    expect(screen({ observe: ingest.GetStatusResponse.fromPartial({}) })).not.toContain('dead letters')
  })

  it('says that nothing is accepted where too little of the disk is free', () => {
    const observe = (diskFreeBytes: number) =>
      screen({ observe: ingest.GetStatusResponse.fromPartial({ diskFreeBytes, diskFreeBytesMin: 256 << 20 }) })
    expect(observe(12 << 20)).toContain('nothing is accepted: 12 MiB are free, and 256 MiB are kept')
    expect(observe(300 << 20)).not.toContain('nothing is accepted')
    expect(observe(0)).not.toContain('nothing is accepted') // the system does not say
  })

  it('names records that could not be read, and those that count for nothing', () => {
    expect(screen({ remember: feature.GetStatusResponse.fromPartial({ unreadable: 3 }) })).toContain('late 0   unreadable 3')
    const learn = trainer.GetStatusResponse.fromPartial({ duplicates: 4, voidRecords: 5, voidRecordsByReason: { 'stale-epoch': 5 } })
    expect(screen({ learn })).toContain('duplicates 4   void records 5 (stale-epoch 5)')
  })

  it('says that live writes wait while a replay is open', () => {
    expect(screen({ observe: ingest.GetStatusResponse.fromPartial({ replayId: 'r-1' }) })).toContain(
      'replay r-1 is open: live writes are refused',
    )
  })

  it('shows how far features are behind the log, and how old the oldest watermark is', () => {
    const partitions = [
      { partition: 0, eventsPosition: 10, eventsEnd: 15, outboxDepth: 2, watermarkMs: NOW_MS - 1500 },
      { partition: 1, eventsPosition: 10, eventsEnd: 10, outboxDepth: 1, watermarkMs: NOW_MS - 300 },
      { partition: 2 },
    ]
    const text = screen({
      remember: feature.GetStatusResponse.fromPartial({ partitions, folded: 20, duplicates: 1, late: 2, examples: 40 }),
    })
    expect(text).toContain('5 events behind   folded 20   duplicates 1   late 2')
    expect(text).toContain('examples 40   outbox 3   watermark 1.5 s ago')
  })

  it('says in what time the clocks stand that a file was the last to move, apart from those that go', () => {
    const at = (...watermarks: number[]) => {
      const partitions = watermarks.map((watermarkMs) => ({ watermarkMs }))
      return statusText({ addresses: ADDRESSES, remember: feature.GetStatusResponse.fromPartial({ partitions }) }, Date.UTC(2026, 0, 2))
    }
    const [april, june] = [Date.UTC(1998, 3, 22, 23, 10), Date.UTC(1998, 5, 1)]
    expect(at(april, june)).toMatch(/outbox 0   2 of 2 clocks stand at 1998-06-01 00:00 UTC$/m)
    expect(at(april, Date.UTC(2026, 0, 2) - 900)).toMatch(/watermark 0.9 s ago   1 of 2 clocks stand at 1998-04-22 23:10 UTC$/m)
    expect(at(0)).not.toMatch(/watermark|clocks/)
  })

  it('shows whose model set it is, and what has been learned', () => {
    const learn = trainer.GetStatusResponse.fromPartial({
      ...{ trainerId: 'b', owner: 'a', epoch: 2, step: 1234, rankLoss: 0.5, recallLoss: 0.25, auc: 0.75, lag: [1, 2] },
      ...{ phase: 'backfill', examples: 5678, examplesPerS: 99.6, rows: 7, parameters: 8 },
    })
    const text = screen({ learn })
    expect(text).toContain('3 examples behind   step 1,234   loss 0.5000 + 0.2500   AUC 0.7500')
    expect(text).toContain('b, follows a, epoch 2   backfill   5,678 examples, 100/s')
    expect(screen({ learn: { ...learn, auc: 0, examplesPerS: 0 } })).toMatch(/AUC –\n.*5,678 examples\n/)
    expect(text).toContain('7 rows, 8 parameters   version none yet')
    expect(screen({ learn: { ...learn, owner: 'b', version: 'v-1' } })).toMatch(/b, owner[\s\S]*version v-1/)
    expect(screen({ learn: { ...learn, owner: '' } })).toContain('follows nobody yet')
    expect(text).not.toMatch(/stand still|stay with/)
  })

  it('says what keeps features from going on', () => {
    const remember = feature.GetStatusResponse.fromPartial({ partitions: [{}, { partition: 1, eventsLost: 40, touchesLost: 2 }] })
    expect(screen({ remember })).toContain(
      '1 partitions stand still: 42 records that they were to fold were trimmed from the log: see `freshet repair`',
    )
    expect(screen({ remember })).toContain('partition 1 is furthest behind: 42 events lost')
  })

  it('says which partitions are not folded on, why, and since when; and not that they are up to date', () => {
    const standing = (partition: number) => ({ partition, standingBecause: `no ${partition}`, standingSinceMs: NOW_MS - 12_000 })
    const all = [standing(0), { partition: 1, eventsPosition: 9, eventsEnd: 4, eventsBeyond: 5 }, standing(2), { partition: 3 }]
    const text = screen({ remember: feature.GetStatusResponse.fromPartial({ partitions: all }) })
    expect(text).toContain('3 of 4 partitions stand still   folded 0')
    expect(text).toContain('partition 0 stands still for 12 s: no 0')
    expect(text).toContain('partition 1 stands still: its store contains 5 records beyond the end of the log')
    expect(text).toContain('and 1 more: see `freshet status --partitions`')
    expect(text).not.toContain('up to date')
    const slow = feature.GetStatusResponse.fromPartial({ partitions: [standing(0), { partition: 1, eventsPosition: 1, eventsEnd: 4 }] })
    expect(screen({ remember: slow })).toContain('1 of 2 partitions stand still, 3 events behind')
  })

  it('does not say of each partition why it stands still where the store is away, which it has said already', () => {
    const partitions = [{ partition: 0, standingBecause: 'the store is away', standingSinceMs: NOW_MS - 12_000 }]
    const standing = { storeProblem: 'redis://cache:6379 is not available' }
    const text = screen({ remember: feature.GetStatusResponse.fromPartial({ partitions, standing }) })
    expect(text).toContain('1 of 1 partitions stand still   folded 0')
    expect(text).not.toContain('partition 0 stands still')
  })

  it('says that a trainer has learned what its log does not have, and not that it is up to date', () => {
    const text = screen({ learn: trainer.GetStatusResponse.fromPartial({ lag: [0, 0], beyond: [6, 4] }) })
    expect(text).toContain('stands still   step 0')
    expect(text).toContain('2 partitions stand still: learned 10 examples beyond the end of the log')
    expect(text).not.toContain('up to date')
  })

  it('says that a trainer is beside another log, also once that has grown past what was learned', () => {
    const text = screen({ learn: trainer.GetStatusResponse.fromPartial({ lag: [0, 9, 0], ofAnotherLog: [1, 2], journalShortBy: 40 }) })
    expect(text).toContain('stands still   step 0')
    expect(text).toContain('all stands still: the journal ends 40 records before what was read of it: see docs/OPERATING.md, Another log')
    expect(text).toContain('partitions 1, 2 stand still: they have other examples than those that were learned: see docs/OPERATING.md')
    expect(text).not.toContain('up to date')
  })

  it('says who shares steps, and who was lost, where there is anybody', () => {
    const learn = trainer.GetStatusResponse.fromPartial({ workers: 1 })
    expect(screen({ learn })).not.toContain('threads')
    expect(screen({ learn: { ...learn, workers: 2 } })).toContain('2 threads share each step\n')
    const lost = { workers: 2, scalesByLoad: true, workersLost: 3, workerFailure: 'out of memory' }
    expect(screen({ learn: { ...learn, ...lost } })).toContain(
      '2 threads share each step, as load asks for   3 lost, the last one: out of memory',
    )
  })

  it('says how many replicas compute shards, and why others do not', () => {
    const replicas = [
      { address: 'one:1', state: trainer.ReplicaState.REPLICA_STATE_COMPUTING },
      { address: 'two:2', state: trainer.ReplicaState.REPLICA_STATE_REFUSED, reason: 'another graph' },
    ]
    const text = screen({ learn: trainer.GetStatusResponse.fromPartial({ workers: 1, replicas }) })
    expect(text).toMatch(/\n +1 of 2 replicas compute shards\n +replica two:2 is refused: another graph/)
    expect(text).not.toContain('threads')
  })

  it('says what keeps learning or rankers from going on', () => {
    const learn = trainer.GetStatusResponse.fromPartial({ gaps: 2, lost: [0, 5, 7], serving: 'v-7' })
    expect(screen({ learn })).toContain(
      '2 partitions stand still: 12 records that they were to learn were trimmed from the log: see `freshet repair`',
    )
    expect(screen({ learn })).toContain('partition 2 is furthest behind: 7 examples lost')
    expect(screen({ learn })).toContain('rankers stay with version v-7, until `freshet model rollback --latest`')
  })

  it('shows how fresh answers are, how fast they come, and why they are less than they could be', () => {
    const answer = ranker.GetStatusResponse.fromPartial({
      ...{ journalPosition: 5, journalEnd: 5, items: 2000, rows: 9, requests: 3, answerP50Ms: 1.25, answerP99Ms: 9.5 },
      ...{ impressionsLogged: 2, impressionsDropped: 1, provenance: { modelVersion: { rowStep: 7, denseStep: 6 }, degraded: ['a', 'b'] } },
    })
    const text = screen({ answer })
    expect(text).toContain('up to date\n')
    expect(text).toContain('rows at step 7, dense at 6   2,000 items, 9 rows')
    expect(text).toContain('3 requests, p50 1.3 ms, p99 9.5 ms   impressions 2, dropped 1')
    expect(text).toContain('degraded: a; b')
  })

  it('shows which dictionary has been come to, where it is known', () => {
    const known = { dictionaryHash: 'd0' }
    expect(screen({ learn: trainer.GetStatusResponse.fromPartial(known) })).toContain('version none yet   dictionary d0\n')
    expect(screen({ answer: ranker.GetStatusResponse.fromPartial(known) })).toContain('dropped 0   dictionary d0')
    expect(screen({ answer: ranker.GetStatusResponse.fromPartial({}) })).not.toContain('dictionary')
  })
})
