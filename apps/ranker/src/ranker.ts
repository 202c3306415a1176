import { randomUUID } from 'node:crypto'
import type { Configure } from '@freshet/contracts'
import { IngestClient } from '@freshet/contracts/services'
import { openTable, type Table } from '@freshet/embedding'
import { TOPICS } from '@freshet/event-log'
import { compileDictionary } from '@freshet/features'
import { declareModelSet } from '@freshet/model'
import { openOnnx } from '@freshet/onnx'
import {
  ItemFollower,
  JournalFollower,
  LatencyHistogram,
  openServing,
  readUsers,
  renewItems,
  succeedServing,
  type Degradation,
  type ItemIndex,
  type Recommender,
  type Serving,
  type ServingModel,
  type ServingTools,
} from '@freshet/ranking'
import { connect, type Runtime } from '@freshet/service'
import { ImpressionStream, type ImpressionCall } from './impression-stream'
import { journalReporter, reporter } from './reporters'
import { openVersionSource } from './version-source'

const USER_DEADLINE_MS = 20 // a local read takes microseconds; an answer without the user is better than none
const LAST_ANSWER_MS = 10_000 // answers that began under the former dictionary have long been given

/** What a ranker is put together from. */
interface RankerParts {
  readonly serving: Serving
  readonly tools: ServingTools
  readonly ingest: IngestClient
  readonly impressions: ImpressionStream
}

/** A ranker in one piece: what answers, and what keeps it up to date. The one place where ONNX Runtime meets ranking. */
export class Ranker {
  readonly latency = new LatencyHistogram()
  private readonly journal: JournalFollower
  private readonly items: ItemFollower
  private serving: Serving
  /** Aborts when another serving takes over. */
  private served = new AbortController()
  private readonly closing = new AbortController()

  private constructor(
    private readonly runtime: Runtime,
    private readonly parts: RankerParts,
  ) {
    const { log, store, clock, versionsDirectory: directory } = runtime
    const { serving, tools } = parts
    this.serving = serving
    const versions = openVersionSource({ directory, clock, openTable: tools.openTable })
    const onDictionary = (changes: readonly Configure[]): Promise<ServingModel> => this.turnTo(changes.at(-1))
    this.journal = new JournalFollower({
      log,
      versions,
      model: serving.model,
      clock,
      onDictionary,
      onError: journalReporter(runtime),
    })
    this.items = new ItemFollower({ index: serving.index, log, store, clock, onError: reporter(runtime, 'the items') })
  }

  /** Opens a ranker of the data set's first dictionary: the journal brings those that came after it. */
  static async open(runtime: Runtime): Promise<Ranker> {
    const { log, store, clock, config, firstDictionary } = runtime
    const ingest = connect(IngestClient, config.ranker.ingestAddress)
    const open = (): ImpressionCall => ingest.stream()
    const { messageBytesMax } = config
    const impressions = new ImpressionStream({ open, clock, messageBytesMax, onError: reporter(runtime, 'ingest') })
    const partitions = log.partitions(TOPICS.events)
    const { compile } = await openOnnx({
      providers: config.providers,
      onRefusal: (refusal) => runtime.logger.warn(refusal, 'a provider cannot be used; answers run on the next'),
    })
    const tools: ServingTools = {
      ...{ clock, partitions, impressions, compile, openTable: tableOf(runtime) },
      users: readUsers(store, { partitions, clock, deadlineMs: USER_DEADLINE_MS }),
      newRequestId: randomUUID,
      itemPositions: () => ranker.items.positions,
      health: () => ranker.health(),
    }
    const ranker: Ranker = new Ranker(runtime, { serving: await openServing(firstDictionary, tools), tools, ingest, impressions })
    return ranker
  }

  get recommender(): Recommender {
    return this.serving.recommender
  }

  get model(): ServingModel {
    return this.serving.model
  }

  get index(): ItemIndex {
    return this.serving.index
  }

  get impressions(): ImpressionStream {
    return this.parts.impressions
  }

  /** Of the dictionary that features are computed by. */
  get dictionaryHash(): string {
    return this.serving.dictionary.hash
  }

  /** Keeps model, items and vectors up to date until `signal` aborts; answers are given meanwhile, and say what they lack. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.journal.run(signal), this.items.run(signal), this.makeVectors(signal)])
  }

  close(): void {
    this.closing.abort()
    this.parts.impressions.close()
    this.parts.ingest.close()
  }

  /** The next journal record to read. */
  get journalPosition(): number {
    return this.journal.position
  }

  private async makeVectors(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.serving.vectors.run(AbortSignal.any([signal, this.served.signal]))
  }

  /** Answers by another dictionary once all that it takes is there; the former one answers until then. The journal waits for it. */
  private async turnTo(change: Configure | undefined): Promise<ServingModel> {
    const { firstDictionary, clock, logger } = this.runtime
    const dictionary = change === undefined ? firstDictionary : compileDictionary(change.dictionaryText)
    const before = this.serving
    const next = await succeedServing(before, dictionary, { tools: this.parts.tools, signal: this.closing.signal })
    renewItems(before.index, next.index, clock.nowMs())
    this.items.turnTo(next.index)
    this.serving = next
    this.served.abort()
    this.served = new AbortController()
    void clock.sleep(LAST_ANSWER_MS, this.closing.signal).then(() => (this.closing.signal.aborted ? undefined : release(before)))
    logger.info({ dictionary: dictionary.hash, step: change?.effectiveStep ?? 0 }, 'another dictionary holds; answers follow it')
    return next.model
  }

  private health(): Degradation[] {
    const reasons: Degradation[] = []
    if (!this.items.isLoaded) reasons.push('loading-items')
    if (this.model.isTrained && !this.serving.vectors.isReady) reasons.push('no-vectors')
    if (this.journal.isBehind) reasons.push('model-behind')
    return reasons
  }
}

function tableOf({ firstDictionary: { layout, declared } }: Runtime): () => Table {
  const { rowWidth: width, segments, rowScales, seed, admission } = declareModelSet(layout, declared.model)
  return () => openTable({ width, segments, rowScales, seed, admission })
}

/** Ends the graphs of a serving that nobody is answered by any more. */
async function release({ graphs: { rankItem, rankParts, user, item } }: Serving): Promise<void> {
  await Promise.all([rankItem, rankParts, user, item].map((graph) => graph.release()))
}
