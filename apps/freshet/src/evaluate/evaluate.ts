import { EventRecord, Tick } from '@freshet/contracts'
import { type Dictionary, isConsumed, labelOf, meaningOf } from '@freshet/features'
import { PreconditionError } from '@freshet/kernel'
import { openMemoryFold, type MemoryFold } from '@freshet/materialize'
import type { CompileGraph } from '@freshet/tensor'
import type { Progress } from '../import/progress'
import { HitRate, type ListQuality } from './hit-rate'
import type { History, RecordedEvent } from './history'
import { Learning } from './learning'
import { Popularity } from './popularity'
import { Serving } from './serving'

/** What an evaluation found. */
export interface Evaluation {
  readonly events: number
  /** Events that were learned from before the first trial. */
  readonly learnedFirst: number
  readonly freshet: ListQuality
  readonly popularity: ListQuality
  readonly random: ListQuality
  /** Over the real labels of the scored events; NaN where all say the same. */
  readonly auc: number
  readonly logLoss: number
  readonly labels: number
}

/** What is evaluated, and how far it has come. */
export interface EvaluationOptions {
  readonly dictionary: Dictionary
  readonly history: History
  readonly compile: CompileGraph
  readonly progress: Progress
}

const LEARNED_SHARE = 0.8 // by count of events, in global time order
const LIST_LENGTH = 10
const CUT_EXAMPLES = { learning: 256, scoring: 64 } // the second as small as what 20 ms bring to a busy shop
const TICK_EVERY_MS = 60_000

/**
 * Replays a history in one process: the first four fifths are learned, the rest is scored, then learned.
 *
 * One trial for each positive, consuming event of a user with a history: the list is made from what was known just before,
 * among all items known at that moment, positively consumed ones masked (an item that this user consumed before is no
 * trial). Popularity and random have the same candidates, mask and moment.
 *
 * throws  PreconditionError where there is nothing to replay
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { events } = options.history
  if (events.length === 0) throw new PreconditionError('the data set has no events', 'import some: npx freshet import --help')
  const house = await House.open(options)
  const learnedFirst = Math.floor(events.length * LEARNED_SHARE)
  options.progress.start('learning', learnedFirst)
  for (let i = 0; i < learnedFirst; i++) {
    await house.learn(events[i])
    options.progress.at(i + 1)
  }
  options.progress.end()
  await house.startScoring()
  options.progress.start('scoring', events.length - learnedFirst)
  for (let i = learnedFirst; i < events.length; i++) {
    await house.tryOut(events[i])
    await house.learn(events[i])
    const { trials, hitRate } = house.freshet.read()
    options.progress.at(i + 1 - learnedFirst, trials > 0 ? `HR@10 ${hitRate.toFixed(4)}` : '')
  }
  options.progress.end()
  await house.end()
  const { auc, logLoss, labels } = house.learning.figures
  const [freshet, popularity, random] = [house.freshet, house.popularity, house.random].map((rate) => rate.read())
  return { events: events.length, learnedFirst, freshet, popularity, random, auc, logLoss, labels }
}

/** Fold, learner and ranker in one process, fed event by event. */
class House {
  readonly freshet = new HitRate()
  readonly popularity = new HitRate()
  readonly random = new HitRate()
  private readonly liked = new Popularity()
  private tickedMs = 0
  private isScoring = false

  private constructor(
    private readonly dictionary: Dictionary,
    private readonly fold: MemoryFold,
    readonly learning: Learning,
    private readonly serving: Serving,
  ) {}

  static async open({ dictionary, history, compile }: EvaluationOptions): Promise<House> {
    const fold = openMemoryFold({ dictionary })
    const learning = await Learning.open(dictionary, compile, CUT_EXAMPLES.learning)
    const serving = await Serving.open({ dictionary, learning, compile, userState: fold.user })
    for (const record of history.catalog) {
      fold.catalog(record)
      if (record.record?.$case === 'item') serving.upsert(record.record.item.itemId, fold.item(record.record.item.itemId), record.timeMs)
    }
    return new House(dictionary, fold, learning, serving)
  }

  /** Folds an event and learns what it completes. */
  async learn({ event, record }: RecordedEvent): Promise<void> {
    if (event.timeMs - this.tickedMs >= TICK_EVERY_MS) {
      this.tickedMs = event.timeMs
      await this.take(EventRecord.create({ record: { $case: 'tick', tick: Tick.create({ timeMs: event.timeMs, replay: true }) } }))
    }
    await this.take(record)
    if (event.itemId === '') return
    this.serving.upsert(event.itemId, this.fold.item(event.itemId), event.timeMs)
    if (this.isWanted({ event, record })) this.liked.count(event.itemId)
  }

  /** Asks for lists just before an event, where it is a trial. */
  async tryOut(recorded: RecordedEvent): Promise<void> {
    const { event } = recorded
    const user = this.fold.user(event.userId)
    if (!this.isWanted(recorded) || !user || user.events === 0 || isConsumed(user, event.itemId)) return
    const list = await this.serving.listFor({ userId: event.userId, context: event.context, nowMs: event.timeMs, limit: LIST_LENGTH })
    this.freshet.count(list.indexOf(event.itemId))
    const isCandidate = (itemId: string): boolean => this.serving.isKnown(itemId) && !isConsumed(user, itemId)
    const isKnown = this.serving.isKnown(event.itemId)
    const place = isKnown ? this.liked.placeOf(event.itemId, isCandidate) : -1
    this.popularity.count(place < LIST_LENGTH ? place : -1)
    const masked = Object.keys(user.items).filter((itemId) => isConsumed(user, itemId)).length
    if (isKnown) this.random.countRandom(this.serving.items - masked, LIST_LENGTH)
    else this.random.count(-1)
  }

  async startScoring(): Promise<void> {
    await this.learning.flush()
    this.learning.startScoring(CUT_EXAMPLES.scoring)
    this.isScoring = true
  }

  async end(): Promise<void> {
    await this.learning.flush()
  }

  private async take(record: EventRecord): Promise<void> {
    const learned = await this.learning.take(this.fold.event(record))
    if (learned && this.isScoring) this.serving.learned(learned)
  }

  /** A positive event that consumes its item: what a list is for. */
  private isWanted({ event }: RecordedEvent): boolean {
    const meaning = meaningOf(this.dictionary, event.type)
    return meaning !== undefined && meaning.consumes && labelOf(meaning, event.value) === 1 && event.itemId !== ''
  }
}
