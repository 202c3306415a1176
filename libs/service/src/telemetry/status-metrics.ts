import type { feature, ingest, ranker, replica, trainer } from '@freshet/contracts/services'
import { fromZero, LABEL_VALUES } from './label-values'

/** A sample: its labels, and its value. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** What is read off a status under one name. */
export interface StatusMetric<S> {
  readonly name: string
  readonly kind: 'gauge' | 'counter'
  readonly help: string
  readonly samples: (status: S) => readonly Sample[]
}

const one = (value: number): readonly Sample[] => [[{}, value]]
const byPartition = (values: readonly number[]): readonly Sample[] =>
  values.map((value, partition) => [{ partition: `${partition}` }, value])
const by = (label: string, values: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(values).map(([key, value]) => [{ [label]: key }, value])

const INGEST: readonly StatusMetric<ingest.GetStatusResponse>[] = [
  metric('ingest_accepted_total', 'records taken since this process started', ({ accepted }) => one(accepted)),
  metric('ingest_rejected_total', 'records refused since this process started', ({ rejected }) => one(rejected)),
  metric('ingest_rejected_by_code_total', 'records refused since this process started, by reason', (s) =>
    by('code', fromZero(LABEL_VALUES.rejections, s.rejectedByCode)),
  ),
  metric('ingest_dead_letters_total', 'dead letters in the log, by reason', (s) =>
    by('code', fromZero(LABEL_VALUES.letters, s.deadLettersByCode)),
  ),
  metric('ingest_dead_letters_replayed_total', 'dead letters that were replayed and taken', (s) => one(s.deadLettersReplayed)),
  metric('ingest_events_end', 'next offset of `events`', ({ ends }) => byPartition(ends)),
  metric('ingest_replay_open', '1 while a file’s clock rules and live writes wait', ({ replayId }) => one(replayId === '' ? 0 : 1)),
  metric('ingest_disk_free_bytes', 'free where the data set lies; 0 where the system does not say', (s) => one(s.diskFreeBytes)),
  metric('ingest_disk_free_min_bytes', 'below so much free, nothing is accepted', (s) => one(s.diskFreeBytesMin)),
]

type FeatureStatus = feature.GetStatusResponse
const each = (value: (partition: feature.PartitionStatus) => number) => (status: FeatureStatus) =>
  status.partitions.map((partition): Sample => [{ partition: `${partition.partition}` }, value(partition)])

const FEATURE_STORE: readonly StatusMetric<FeatureStatus>[] = [
  metric(
    'feature_store_lag_records',
    'records of `events` that are not folded yet',
    each((p) => Math.max(0, p.eventsEnd - p.eventsPosition)),
  ),
  metric(
    'feature_store_events_position',
    'next offset of `events` to fold',
    each((p) => p.eventsPosition),
  ),
  metric(
    'feature_store_events_end',
    'next offset of `events`',
    each((p) => p.eventsEnd),
  ),
  metric(
    'feature_store_events_first',
    'oldest offset of `events` that the log still holds',
    each((p) => p.eventsFirst),
  ),
  metric(
    'feature_store_events_held_from',
    'from this offset on `events` are held back for snapshots of the partition',
    each((p) => p.eventsHeldFrom),
  ),
  metric('feature_store_gap', 'records of a topic gone before they were folded: the partition stands still', ({ partitions }) =>
    partitions.flatMap(({ partition, eventsLost, touchesLost, catalogLost }) =>
      Object.entries({ events: eventsLost, touches: touchesLost, catalog: catalogLost }).map(([topic, records]): Sample => [
        { partition: `${partition}`, topic },
        records,
      ]),
    ),
  ),
  metric('feature_store_beyond', 'records of a topic folded beyond the end of the log, which is another one then', ({ partitions }) =>
    partitions.flatMap(({ partition, eventsBeyond, touchesBeyond, catalogBeyond }) =>
      Object.entries({ events: eventsBeyond, touches: touchesBeyond, catalog: catalogBeyond }).map(([topic, records]): Sample => [
        { partition: `${partition}`, topic },
        records,
      ]),
    ),
  ),
  metric(
    'feature_store_standing',
    '1 while this process cannot fold the partition on: GetStatus says why',
    each((p) => Number(p.standingBecause !== '')),
  ),
  metric(
    'feature_store_standing_since_timestamp_seconds',
    'since when it cannot, seconds since 1970; 0 where it can',
    each((p) => p.standingSinceMs / 1000),
  ),
  metric(
    'feature_store_touches_position',
    'next offset of `touches` to fold',
    each((p) => p.touchesPosition),
  ),
  metric(
    'feature_store_touches_end',
    'next offset of `touches`',
    each((p) => p.touchesEnd),
  ),
  metric(
    'feature_store_catalog_position',
    'next offset of `catalog` to fold',
    each((p) => p.catalogPosition),
  ),
  metric(
    'feature_store_catalog_end',
    'next offset of `catalog`',
    each((p) => p.catalogEnd),
  ),
  metric(
    'feature_store_outbox_depth',
    'entries written and not yet forgotten',
    each((p) => p.outboxDepth),
  ),
  metric(
    'feature_store_watermark_timestamp_seconds',
    'watermark, seconds since 1970; 0 before the first tick',
    each((p) => p.watermarkMs / 1000),
  ),
  metric(
    'feature_store_owned',
    '1 where this process folds the partition',
    each((p) => Number(p.owned)),
  ),
  metric(
    'feature_store_folded_total',
    'events folded',
    each((p) => p.folded),
  ),
  metric(
    'feature_store_duplicates_total',
    'events dropped whose id had been effective',
    each((p) => p.duplicates),
  ),
  metric(
    'feature_store_late_total',
    'events older than the watermark',
    each((p) => p.late),
  ),
  metric(
    'feature_store_late_labels_total',
    'labels after their list’s window',
    each((p) => p.lateLabels),
  ),
  metric(
    'feature_store_corrections_total',
    'deeds that were taken back',
    each((p) => p.corrections),
  ),
  metric(
    'feature_store_unreadable_total',
    'records that could not be read',
    each((p) => p.unreadable),
  ),
  metric(
    'feature_store_examples_total',
    'groups of examples emitted',
    each((p) => p.examples),
  ),
]

/** As labels say them, with their numbers in the contract. */
const REPLICA_STATES = [
  ['joining', 1],
  ['computing', 2],
  ['away', 3],
  ['refused', 4],
] as const

const TRAINER: readonly StatusMetric<trainer.GetStatusResponse>[] = [
  metric('trainer_lag_records', 'records of `examples` that are not cut yet', ({ lag }) => byPartition(lag)),
  metric('trainer_lost_records', 'records of `examples` gone before they were cut: the partition stands still', ({ lost }) =>
    byPartition(lost),
  ),
  metric('trainer_beyond_records', 'records of `examples` learned beyond the end of the log, which is another one then', ({ beyond }) =>
    byPartition(beyond),
  ),
  metric('trainer_journal_short_by_records', 'records read of the journal beyond its end: another one, and all stands still', (s) =>
    one(s.journalShortBy),
  ),
  metric('trainer_gaps', 'partitions that stand still', ({ gaps }) => one(gaps)),
  metric('trainer_contains_offset', 'greatest offset of `events` learned from; -1 before the first', ({ contains }) =>
    byPartition(contains),
  ),
  metric('trainer_duplicates_total', 'examples dropped that had been learned', ({ duplicates }) => one(duplicates)),
  metric('trainer_void_records_total', 'journal records that count for nothing, by reason', (s) =>
    by('reason', fromZero(LABEL_VALUES.voids, s.voidRecordsByReason)),
  ),
  metric('trainer_examples_total', 'examples learned', ({ examples }) => one(examples)),
  metric('trainer_examples_per_second', 'examples learned in a second, over the last ten', ({ examplesPerS }) => one(examplesPerS)),
  metric('trainer_step', 'step of the state', ({ step }) => one(step)),
  metric('trainer_epoch', 'epoch of ownership', ({ epoch }) => one(epoch)),
  metric('trainer_role', 'starting 1, owner 2, follower 3', ({ role }) => one(role)),
  metric('trainer_rank_loss', 'progressive loss of the rank model', ({ rankLoss }) => one(rankLoss)),
  metric('trainer_recall_loss', 'progressive loss of the recall model', ({ recallLoss }) => one(recallLoss)),
  metric('trainer_auc', 'progressive AUC over real labels', ({ auc }) => one(auc)),
  metric('trainer_rows', 'rows of the embedding tables', ({ rows }) => one(rows)),
  metric('trainer_parameters', 'numbers that are learned', ({ parameters }) => one(parameters)),
  metric('trainer_workers', 'threads that share its steps, the owner’s own among them', ({ workers }) => one(workers)),
  metric('trainer_workers_lost_total', 'threads that ended though nobody had asked them to', ({ workersLost }) => one(workersLost)),
  metric('trainer_replicas', 'replicas elsewhere that it was told of, by how they do', ({ replicas }) =>
    by(
      'state',
      Object.fromEntries(REPLICA_STATES.map(([label, value]) => [label, replicas.filter(({ state }) => state === value).length])),
    ),
  ),
  metric('trainer_resident_bytes', 'resident memory of the process', ({ residentBytes }) => one(residentBytes)),
  metric('trainer_table_bytes', 'pages, index and admission counters of the embedding tables', ({ tableBytes }) => one(tableBytes)),
  metric('trainer_table_bytes_max', 'the most that the rows may take; 0: without bound', (s) => one(s.tableBytesMax)),
  metric('trainer_rows_max', 'how many rows have room within that; 0: without bound', ({ rowsMax }) => one(rowsMax)),
  metric('trainer_expire_after_steps', 'steps without being met after which a row is given up; 0: never', (s) => one(s.expireAfterSteps)),
  metric('trainer_rows_expired_total', 'rows given up since nobody came back to them', ({ rowsExpired }) => one(rowsExpired)),
  metric('trainer_rows_displaced_total', 'rows given up for want of room', ({ rowsDisplaced }) => one(rowsDisplaced)),
  metric('trainer_dense_parameters', 'numbers that are learned outside the embedding tables', ({ denseParameters }) =>
    one(denseParameters),
  ),
  metric('trainer_log_loss', 'progressive loss over real labels', ({ logLoss }) => one(logLoss)),
]

const REPLICA: readonly StatusMetric<replica.ReplicaGetStatusResponse>[] = [
  metric('replica_streams', 'streams that are open: one for each engine that has shards computed here', ({ streams }) => one(streams)),
  metric('replica_shards_total', 'logical shards computed for trainers elsewhere', ({ shards }) => one(shards)),
]

const RANKER: readonly StatusMetric<ranker.GetStatusResponse>[] = [
  metric('ranker_lag_records', 'records of the journal that are not applied yet', (s) =>
    one(Math.max(0, s.journalEnd - s.journalPosition)),
  ),
  metric('ranker_journal_position', 'next record of the journal to apply', ({ journalPosition }) => one(journalPosition)),
  metric('ranker_journal_end', 'next offset of the journal', ({ journalEnd }) => one(journalEnd)),
  metric('ranker_row_step', 'step of the rows that answer', ({ provenance }) => one(provenance?.modelVersion?.rowStep ?? 0)),
  metric('ranker_dense_step', 'step of the dense parameters that answer', ({ provenance }) =>
    one(provenance?.modelVersion?.denseStep ?? 0),
  ),
  metric('ranker_contains_offset', 'greatest offset of `events` that answers contain', (s) => byPartition(s.provenance?.contains ?? [])),
  metric('ranker_features_position', 'next offset of `events` that features lack', (s) => byPartition(s.provenance?.features ?? [])),
  metric('ranker_degraded', '1 for each reason why answers are less than they could be', (s) =>
    by('reason', fromZero(LABEL_VALUES.degradations, Object.fromEntries((s.provenance?.degraded ?? []).map((reason) => [reason, 1])))),
  ),
  metric('ranker_items', 'items that can be recommended', ({ items }) => one(items)),
  metric('ranker_rows', 'rows in service', ({ rows }) => one(rows)),
  metric('ranker_requests_total', 'requests answered', ({ requests }) => one(requests)),
  metric('ranker_impressions_logged_total', 'lists logged as shown', (s) => one(s.impressionsLogged)),
  metric('ranker_impressions_dropped_total', 'lists that could not be logged', (s) => one(s.impressionsDropped)),
  metric('ranker_answer_p50_seconds', 'median time of the answers of late', (s) => one(s.answerP50Ms / 1000)),
  metric('ranker_answer_p99_seconds', '99th percentile of the time of the answers of late', (s) => one(s.answerP99Ms / 1000)),
]

/** What each service's status is as metrics, by the service's name; of a service that is not here, see statusFigures. */
export const STATUS_METRICS: Readonly<Record<string, readonly StatusMetric<never>[]>> = {
  Ingest: INGEST,
  FeatureStore: FEATURE_STORE,
  Trainer: TRAINER,
  Replica: REPLICA,
  Ranker: RANKER,
}

/** By Prometheus' conventions the name says the unit, and whether it only grows. */
function metric<S>(name: string, help: string, samples: StatusMetric<S>['samples']): StatusMetric<S> {
  return { name: `freshet_${name}`, kind: name.endsWith('_total') ? 'counter' : 'gauge', help, samples }
}
