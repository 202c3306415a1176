import type { FeatureStoreClient, IngestClient, TrainerClient, feature, trainer } from '@freshet/contracts/services'
import { builtInDictionary, compileDictionary } from '@freshet/features'
import { PreconditionError, UnavailableError, type Clock } from '@freshet/kernel'
import { call, stream } from '@freshet/service'
import type { ImportSource, UnreadableLine } from './import-source'
import { persistently, type Patience } from './persistence'
import type { Progress } from './progress'
import { createAcknowledgementTally, type RefusalReason } from './refusals'
import { replayEvents } from './replay-events'
import { upsertCatalogue } from './upsert-catalogue'

/** The services that an import speaks to. */
export interface ImportClients {
  readonly ingest: IngestClient
  readonly featureStore: FeatureStoreClient
  readonly trainer: TrainerClient
}

/** What an import works with. */
export interface ImportScope {
  readonly clients: ImportClients
  readonly clock: Clock
  readonly progress: Progress
  /** How long a service may be gone: 60 s where it is not said. */
  readonly patienceMs?: number
}

/** What became of a data set. */
export interface ImportReport {
  readonly source: string
  readonly notes: readonly string[]
  readonly items: number
  readonly users: number
  readonly events: number
  readonly accepted: number
  /** Recognised by the feature store as having been there before. */
  readonly deduplicated: number
  /** Older than what had been replayed when they came. */
  readonly late: number
  readonly deadLettered: readonly RefusalReason[]
  readonly unreadable: readonly UnreadableLine[]
  readonly seconds: { readonly catalogue: number; readonly replay: number; readonly features: number; readonly training: number }
  /** Events acknowledged as durable in a second of replay. */
  readonly eventsPerS: number
  readonly examples: number
  readonly step: number
  /** Of the trainer's progressive validation, each example scored before it was learned from; absent where no label says no. */
  readonly auc: number | undefined
}

const PATIENCE_MS = 60_000
const FOLD_POLL_MS = 200

/**
 * Sends a data set through the front door, waits until its features are folded, and until the trainer has learned all of it.
 *
 * throws  PreconditionError when the services were started with another dictionary; RemoteError when one of them stays away
 */
export async function importRecords(source: ImportSource, scope: ImportScope): Promise<ImportReport> {
  const { clients, clock, progress } = scope
  const patience: Patience = { clock, patienceMs: scope.patienceMs ?? PATIENCE_MS }
  const before = await persistently(patience, () => call(clients.featureStore, 'getStatus', {}))
  assertDictionary(source, before.dictionaryHash)
  const catalogue = createAcknowledgementTally()
  const tally = createAcknowledgementTally()
  const { items, users, events } = source
  const ends: number[] = []
  let learned: trainer.TrainResponse | undefined

  const timed = async (phase: string, total: number, work: () => Promise<unknown>): Promise<number> => {
    const startMs = clock.monotonicMs()
    progress.start(phase, total)
    await work().finally(() => progress.end())
    return (clock.monotonicMs() - startMs) / 1000
  }
  const onProgress = (done: number): void => progress.at(done)
  const replay = { ...patience, ingest: clients.ingest, source: source.name, tally, onProgress }
  const seconds = {
    catalogue: await timed('catalogue', items.length + users.length, () =>
      upsertCatalogue(items, users, { ingest: clients.ingest, tally: catalogue, patience, onProgress }),
    ),
    replay: await timed('events', events.length, async () => ends.push(...(await replayEvents(events, replay)))),
    features: await timed('features', ends.reduce(sum, 0), () => folded(ends, { clients, patience, progress })),
    training: await timed('training', 0, async () => (learned = await trained(ends, { clients, patience, progress }))),
  }
  const after = await call(clients.featureStore, 'getStatus', {})
  return {
    source: source.name,
    notes: source.notes,
    items: items.length,
    users: users.length,
    events: events.length,
    accepted: tally.accepted,
    deduplicated: after.duplicates - before.duplicates,
    late: after.late - before.late,
    deadLettered: [...catalogue.reasons, ...tally.reasons],
    unreadable: source.unreadable,
    seconds,
    eventsPerS: seconds.replay > 0 ? tally.accepted / seconds.replay : 0,
    examples: learned?.examples ?? 0,
    step: learned?.step ?? 0,
    auc: Number.isFinite(learned?.auc) ? learned?.auc : undefined,
  }
}

interface Following {
  readonly clients: ImportClients
  readonly patience: Patience
  readonly progress: Progress
}

/**
 * Waits until the feature store has folded all below `ends`.
 *
 * throws  UnavailableError when it answers and folds nothing for as long as patience lasts
 */
async function folded(ends: readonly number[], { clients, patience, progress }: Following): Promise<void> {
  const { clock, patienceMs } = patience
  const total = ends.reduce(sum, 0)
  let [before, movedMs] = [-1, clock.monotonicMs()]
  for (;;) {
    const { partitions } = await persistently(patience, () => call(clients.featureStore, 'getStatus', {}))
    const done = ends.map((end, p) => Math.min(end, positionOf(partitions, p))).reduce(sum, 0)
    progress.at(done)
    if (done === total) return
    if (done > before) [before, movedMs] = [done, clock.monotonicMs()]
    else if (clock.monotonicMs() - movedMs > patienceMs)
      throw new UnavailableError(`the fold of features (${total - done} of ${total} records wait)`, 'see the log of the feature store')
    await clock.sleep(FOLD_POLL_MS)
  }
}

const positionOf = (partitions: readonly feature.PartitionStatus[], p: number): number =>
  partitions.find(({ partition }) => partition === p)?.eventsPosition ?? 0

/** Waits until the trainer has learned all below `ends`. */
async function trained(ends: readonly number[], { clients, patience, progress }: Following): Promise<trainer.TrainResponse | undefined> {
  return persistently(patience, async () => {
    let last: trainer.TrainResponse | undefined
    for await (const answer of stream(clients.trainer, 'train', { until: [...ends] })) {
      last = answer
      progress.at(answer.examples, noteOf(answer), answer.examplesTotal)
    }
    return last
  })
}

const noteOf = ({ step, rankLoss, auc, examplesPerS }: trainer.TrainResponse): string =>
  `step ${step}, loss ${rankLoss.toFixed(3)}, ${Number.isFinite(auc) ? `AUC ${auc.toFixed(3)}, ` : ''}${Math.round(examplesPerS)}/s`

function assertDictionary({ dictionary }: ImportSource, hash: string): void {
  if (dictionary === '' || compileDictionary(builtInDictionary(dictionary)).hash === hash) return
  throw new PreconditionError(
    `the running services use feature dictionary ${hash}, and this data set needs '${dictionary}'`,
    `start them on a data set of their own: freshet up --data ${dictionary} --dictionary ${dictionary}`,
  )
}

const sum = (a: number, b: number): number => a + b
