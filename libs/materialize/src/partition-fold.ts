import {
  encoded,
  type CatalogRecord,
  DictionaryChange,
  type Event,
  type EventRecord,
  FoldState,
  type Tick,
  type Touch,
} from '@freshet/contracts'
import { type Dictionary, type EventMeaning, actorOf, compileDictionary, foldUser, meaningOf, residualOf } from '@freshet/features'
import { foldCatalog } from './catalog-fold'
import { Effects } from './effects'
import { EventIdentity } from './event-identity'
import type { Put } from '@freshet/online-store'
import type { FoldScope } from './fold-scope'
import { ForgottenActors } from './forgotten-actors'
import { Histories } from './histories'
import { Joins } from './joins'
import { keepFormer } from './served-by'
import { foldTouch } from './touch-fold'

/** Where the dictionary lies that a partition's fold has come to, once that is not its first. */
export const DICTIONARY_KEY = 'm:dictionary'

/** Where a record of `events` stands, and what was drawn for it beforehand. */
export interface EventPlace {
  readonly offset: number
  /** Candidates for negatives: see drawCandidates. */
  readonly candidates: readonly string[]
}

/**
 * Folds the records of one partition, one after the other, without waiting for anything: states change at once, what is
 * to be written elsewhere gathers in {@link effects}.
 *
 * How many groups a record completes follows from the records of `events` before it and itself; states only fill them.
 */
export class PartitionFold {
  readonly effects: Effects
  readonly joins: Joins
  readonly identity: EventIdentity
  private readonly scope: FoldScope
  private readonly histories: Histories
  private readonly forgotten: ForgottenActors
  private change: DictionaryChange | undefined

  /** `scope` says the dictionary as of `state`; records may bring others. */
  constructor(
    scope: Readonly<FoldScope>,
    readonly state: FoldState = FoldState.create(),
  ) {
    this.scope = { ...scope, former: state.formerDictionaries }
    state.identity ??= { taken: 0, forgottenBelow: 0, hours: [] }
    this.effects = new Effects(scope, state)
    this.identity = new EventIdentity(state.identity)
    this.joins = new Joins(this.scope, this.effects)
    this.forgotten = new ForgottenActors(state)
    this.histories = new Histories({ scope: this.scope, state, effects: this.effects, joins: this.joins, forgotten: this.forgotten })
  }

  /** The dictionary that holds for the next record. */
  get dictionary(): Dictionary {
    return this.scope.dictionary
  }

  /** A record of `events`. */
  event({ record, acceptedMs }: EventRecord, { offset, candidates }: EventPlace): void {
    this.effects.begin(offset, acceptedMs)
    switch (record?.$case) {
      case 'event':
        return this.deed(record.event, candidates)
      case 'tick':
        return this.tick(record.tick)
      case 'forget':
        return this.histories.forget(record.forget, acceptedMs)
      case 'link':
        return this.histories.link(record.link, acceptedMs)
      case 'moved':
        return this.histories.moved(record.moved)
      case 'dictionary':
        return this.adopt(record.dictionary)
    }
  }

  /** The dictionary, where a record has brought another since the last call. */
  puts(): readonly Put[] {
    const { change } = this
    this.change = undefined
    return change === undefined ? [] : [{ key: DICTIONARY_KEY, value: encoded(DictionaryChange, change) }]
  }

  /** A record of `touches`: what an event of some partition did to an item of this one. */
  touch(touch: Touch): void {
    foldTouch(this.scope, this.state, touch)
  }

  /** A record of `catalog`. */
  catalog(record: CatalogRecord): void {
    foldCatalog(this.scope.states, record)
  }

  /** Of several changes the greatest number wins, in whatever order their records came to stand. */
  private adopt(change: DictionaryChange): void {
    if (change.number <= this.state.dictionaryNumber) return
    keepFormer(this.state.formerDictionaries, this.scope.dictionary)
    this.scope.dictionary = compileDictionary(change.text)
    this.state.dictionaryNumber = change.number
    this.change = change
  }

  private tick({ timeMs, replay, closesReplay }: Tick): void {
    const { state, joins } = this
    const clockChanged = replay !== state.replay && state.watermarkMs > 0
    if (closesReplay || clockChanged) joins.expire(Infinity)
    const watermarkMs = Math.max(0, timeMs - (closesReplay ? 0 : this.scope.dictionary.declared.latenessMs))
    state.watermarkMs = clockChanged ? watermarkMs : Math.max(state.watermarkMs, watermarkMs)
    state.replay = replay && !closesReplay // the next file starts a clock of its own
    if (!replay) {
      this.identity.advance(state.watermarkMs) // a file's days pass in seconds, and the same file may come again
      this.forgotten.advance(state.watermarkMs)
    }
    joins.expire(state.watermarkMs)
  }

  private deed(event: Event, candidates: readonly string[]): void {
    const { dictionary } = this.scope
    const meaning = meaningOf(dictionary, event.type)
    if (meaning === undefined) {
      this.state.unreadable++
      return
    }
    if (event.eventId !== '' && !this.identity.take(event.eventId)) {
      this.state.duplicates++
      return
    }
    const isLate = event.timeMs < this.state.watermarkMs
    this.state.folded++
    if (isLate) this.state.late++
    if (meaning.corrects.length > 0) this.effects.count('corrections')
    if (meaning.impression) {
      const isBygone = isLate || this.forgotten.since(actorOf(event), event.timeMs) // it shows features of a history that is gone
      this.joins.impression(event, isBygone)
    } else this.joins.deed(event, { meaning, isLate, candidates })
    this.remember(event, meaning)
  }

  /** Into the user's state, and on to the items'. */
  private remember(event: Event, meaning: EventMeaning): void {
    const { dictionary, states } = this.scope
    const actor = actorOf(event)
    const user = states.user(actor)
    const residual = residualOf(dictionary, user, { event, meaning })
    const item = event.itemId === '' ? undefined : states.item(event.itemId)
    states.saveUser(actor, foldUser(dictionary, user, { event, meaning, item }))
    if (!meaning.touches) return
    const { timeMs, type, value } = event
    if (meaning.impression)
      for (const { itemId } of event.impression?.items ?? []) this.effects.touch({ itemId, type, timeMs, impressed: true })
    else this.effects.touch({ itemId: event.itemId, type, timeMs, value, residual, impressed: false })
  }
}
