import { randomUUID } from 'node:crypto'
import { IngestClient } from '@freshet/contracts/services'
import { openTable, type Table } from '@freshet/embedding'
import { JOURNAL, TOPICS } from '@freshet/event-log'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import {
  compileServingGraphs,
  ItemFollower,
  ItemIndex,
  JournalFollower,
  LatencyHistogram,
  readUsers,
  Recommender,
  ServingModel,
  VectorBuilder,
  type Degradation,
  type ServingGraphs,
} from '@freshet/ranking'
import { connect, type Runtime } from '@freshet/service'
import { ImpressionStream, type ImpressionCall } from './impression-stream'
import { openVersionSource } from './version-source'

const USER_DEADLINE_MS = 20 // a local read takes microseconds; an answer without the user is better than none

/** A ranker in one piece: what answers, and what keeps it up to date. The one place where ONNX Runtime meets ranking. */
export class Ranker {
  readonly latency = new LatencyHistogram()
  readonly recommender: Recommender
  readonly model: ServingModel
  readonly index: ItemIndex
  readonly impressions: ImpressionStream
  private readonly journal: JournalFollower
  private readonly items: ItemFollower
  private readonly vectors: VectorBuilder
  private readonly ingest: IngestClient

  private constructor(
    private readonly runtime: Runtime,
    modelSet: ModelSet,
    graphs: ServingGraphs,
  ) {
    const { log, store, clock, dictionary, config, versionsDirectory: directory } = runtime
    const { seed } = dictionary.declared.model
    const openEmpty = (): Table => openTable({ width: modelSet.rowWidth, segments: modelSet.segments, rowScales: modelSet.rowScales, seed })
    const partitions = log.partitions(TOPICS.events)
    this.model = new ServingModel(modelSet, openEmpty, partitions)
    this.index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
    this.vectors = new VectorBuilder({ index: this.index, model: this.model, itemTower: graphs.item, clock })
    const versions = openVersionSource({ directory, clock, openTable: openEmpty })
    this.journal = new JournalFollower({ log, versions, model: this.model, clock, onError: this.reporter('the journal') })
    this.items = new ItemFollower({ index: this.index, log, store, clock, onError: this.reporter('the items') })
    this.ingest = connect(IngestClient, config.ranker.ingestAddress)
    const open = (): ImpressionCall => this.ingest.stream()
    this.impressions = new ImpressionStream({ open, clock, onError: this.reporter('ingest') })
    this.recommender = new Recommender({
      ...{ dictionary, modelSet, model: this.model, graphs, index: this.index, clock },
      users: readUsers(store, { partitions, clock, deadlineMs: USER_DEADLINE_MS }),
      newRequestId: randomUUID,
      impressions: this.impressions,
      itemPositions: () => this.items.positions,
      health: () => this.health(),
    })
  }

  static async open(runtime: Runtime): Promise<Ranker> {
    const { layout, declared } = runtime.dictionary
    const modelSet = declareModelSet(layout, declared.model)
    return new Ranker(runtime, modelSet, await compileServingGraphs(modelSet, compileOnnx()))
  }

  /** Keeps model, items and vectors up to date until `signal` aborts; answers are given meanwhile, and say what they lack. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.journal.run(signal), this.items.run(signal), this.vectors.run(signal)])
  }

  close(): void {
    this.impressions.close()
    this.ingest.close()
  }

  /** The next journal record to read, and where the journal ends. */
  async journalPlace(): Promise<{ readonly position: number; readonly end: number }> {
    return { position: this.journal.position, end: await this.runtime.log.next(JOURNAL) }
  }

  private health(): Degradation[] {
    const reasons: Degradation[] = []
    if (!this.items.isLoaded) reasons.push('loading-items')
    if (this.model.isTrained && !this.vectors.isReady) reasons.push('no-vectors')
    if (this.journal.isBehind) reasons.push('model-behind')
    return reasons
  }

  private reporter(what: string): (error: unknown) => void {
    return (error) => this.runtime.logger.warn({ err: error }, `${what} cannot be read; trying again`)
  }
}
