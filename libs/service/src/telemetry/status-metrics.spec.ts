import { feature, ingest, ranker, replica, trainer } from '@freshet/contracts/services'
import { statusFigures } from './status-figures'
import { STATUS_METRICS } from './status-metrics'

const sayings = (service: string, status: object): string => statusFigures([{ service, status }], 'all')
const NAME = /^freshet_(ingest|feature_store|trainer|ranker|replica)_[a-z0-9_]+$/

describe('the metrics of a status', () => {
  it.each(Object.entries(STATUS_METRICS))('of %s are named by the conventions, each with a help of one line', (_, metrics) => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
    for (const { name, kind, help } of metrics) {
      expect(name).toMatch(NAME)
      expect(name).not.toMatch(/_(ms|millis|mb|kb|percent)(_|$)/) // base units alone
      expect(kind).toBe(name.endsWith('_total') ? 'counter' : 'gauge')
      expect(help).toMatch(/^[^\n\\]{5,}$/)
    }
  })

  it('show each partition of the feature store: lag, duplicates, late, outbox and watermark', () => {
    const partition = {
      partition: 3,
      eventsPosition: 40,
      eventsEnd: 47,
      outboxDepth: 2,
      watermarkMs: 1_700_000_000_500,
      duplicates: 5,
      late: 6,
    }
    const text = sayings('FeatureStore', feature.GetStatusResponse.fromPartial({ partitions: [partition] }))
    expect(text).toContain(
      [
        '# HELP freshet_feature_store_lag_records records of `events` that are not folded yet',
        '# TYPE freshet_feature_store_lag_records gauge',
        'freshet_feature_store_lag_records{partition="3",service="all"} 7\n',
      ].join('\n'),
    )
    expect(text).toContain(
      '# TYPE freshet_feature_store_duplicates_total counter\nfreshet_feature_store_duplicates_total{partition="3",service="all"} 5',
    )
    expect(text).toContain('freshet_feature_store_late_total{partition="3",service="all"} 6')
    expect(text).toContain('freshet_feature_store_outbox_depth{partition="3",service="all"} 2')
    expect(text).toContain('freshet_feature_store_watermark_timestamp_seconds{partition="3",service="all"} 1700000000.5')
  })

  it('show how many of a trainer’s replicas do how, and what a replica has computed', () => {
    const { REPLICA_STATE_COMPUTING: computing, REPLICA_STATE_REFUSED: refused } = trainer.ReplicaState
    const replicas = [computing, refused, computing].map((state) => ({ state }))
    const text = sayings('Trainer', trainer.GetStatusResponse.fromPartial({ replicas }))
    const lines = Object.entries({ joining: 0, computing: 2, away: 0, refused: 1 })
    for (const [state, count] of lines) expect(text).toContain(`freshet_trainer_replicas{state="${state}",service="all"} ${count}\n`)
    const computed = sayings('Replica', replica.ReplicaGetStatusResponse.fromPartial({ streams: 2, shards: 700 }))
    expect(computed).toContain('freshet_replica_streams{service="all"} 2\n')
    expect(computed).toContain('# TYPE freshet_replica_shards_total counter\nfreshet_replica_shards_total{service="all"} 700\n')
  })

  it('show what of each topic a partition was to fold next and is in the log no more', () => {
    const partitions = [{ partition: 2, eventsLost: 40, touchesLost: 3 }]
    const text = sayings('FeatureStore', feature.GetStatusResponse.fromPartial({ partitions }))
    expect(text).toContain('freshet_feature_store_gap{partition="2",topic="events",service="all"} 40\n')
    expect(text).toContain('freshet_feature_store_gap{partition="2",topic="touches",service="all"} 3\n')
    expect(text).toContain('freshet_feature_store_gap{partition="2",topic="catalog",service="all"} 0\n')
  })

  it('show dead letters and refusals by reason, and the room on the disk', () => {
    const status = {
      deadLettersByCode: { INVALID_FIELD: 4, VOID_CUT: 1 },
      rejectedByCode: { OVERLOADED: 2 },
      diskFreeBytes: 1e9,
      replayId: 'r',
    }
    const text = sayings('Ingest', ingest.GetStatusResponse.fromPartial(status))
    expect(text).toContain('freshet_ingest_dead_letters_total{code="INVALID_FIELD",service="all"} 4\n')
    expect(text).toContain('freshet_ingest_dead_letters_total{code="VOID_CUT",service="all"} 1\n')
    expect(text).toContain('freshet_ingest_rejected_by_code_total{code="OVERLOADED",service="all"} 2')
    expect(text).toContain('freshet_ingest_disk_free_bytes{service="all"} 1000000000')
    expect(text).toContain('freshet_ingest_replay_open{service="all"} 1')
  })

  it('show what keeps a trainer from going on, and void records by reason', () => {
    const status = { lag: [1, 2], lost: [0, 9], gaps: 1, voidRecordsByReason: { 'stale-epoch': 3 }, auc: 0.75 }
    const text = sayings('Trainer', trainer.GetStatusResponse.fromPartial(status))
    expect(text).toContain('freshet_trainer_lost_records{partition="1",service="all"} 9')
    expect(text).toContain('freshet_trainer_lag_records{partition="0",service="all"} 1')
    expect(text).toContain('freshet_trainer_void_records_total{reason="stale-epoch",service="all"} 3')
    expect(text).toContain('freshet_trainer_auc{service="all"} 0.75')
  })

  it('begin each series at 0 whose label is known beforehand', () => {
    const empty = {
      'ingest_rejected_by_code_total{code="DISK_FULL"': sayings('Ingest', ingest.GetStatusResponse.fromPartial({})),
      'ingest_dead_letters_total{code="NOT_FINITE"': sayings('Ingest', ingest.GetStatusResponse.fromPartial({})),
      'trainer_void_records_total{reason="epoch"': sayings('Trainer', trainer.GetStatusResponse.fromPartial({})),
      'ranker_degraded{reason="model-behind"': sayings('Ranker', ranker.GetStatusResponse.fromPartial({})),
    }
    for (const [series, text] of Object.entries(empty)) expect(text).toContain(`freshet_${series},service="all"} 0\n`)
  })

  it('show how far answers are behind, in seconds how fast they come, and why they are less than they could be', () => {
    const status = { journalPosition: 5, journalEnd: 9, answerP99Ms: 12.5, provenance: { contains: [7], degraded: ['no-vectors'] } }
    const text = sayings('Ranker', ranker.GetStatusResponse.fromPartial(status))
    expect(text).toContain('freshet_ranker_lag_records{service="all"} 4')
    expect(text).toContain('freshet_ranker_answer_p99_seconds{service="all"} 0.0125')
    expect(text).toContain('freshet_ranker_degraded{reason="no-vectors",service="all"} 1')
    expect(text).toContain('freshet_ranker_contains_offset{partition="0",service="all"} 7')
  })

  it.each([
    ['Ingest', numbered(ingest.GetStatusResponse.fromPartial({}))],
    ['Ranker', numbered(ranker.GetStatusResponse.fromPartial({}))],
    ['Trainer', numbered(trainer.GetStatusResponse.fromPartial({}), ['voidRecords'])],
  ])('leave out no number that %s says of itself', (service, fields) => {
    const text = sayings(service, fields.status)
    for (const [field, value] of fields.values)
      expect([field, text]).toEqual([field, expect.stringContaining(` ${field.endsWith('Ms') ? value / 1000 : value}\n`)])
  })

  it('leave out no number that is said of a partition', () => {
    const { status, values } = numbered(feature.PartitionStatus.fromPartial({}), ['partition'])
    const text = sayings('FeatureStore', feature.GetStatusResponse.fromPartial({ partitions: [status] }))
    for (const [field, value] of values)
      expect([field, text]).toEqual([field, expect.stringContaining(` ${field.endsWith('Ms') ? value / 1000 : value}\n`)])
  })
})

/** A message with a number of its own in each numeric field but those that are summed up elsewhere. */
function numbered<T extends object>(empty: T, but: readonly string[] = []): { status: T; values: readonly (readonly [string, number])[] } {
  const fields = Object.entries(empty).filter(([field, value]) => typeof value === 'number' && !but.includes(field))
  const values = fields.map(([field], i) => [field, 100_003 + 17 * i] as const)
  return { status: { ...empty, ...Object.fromEntries(values) }, values }
}
