import { type Event, type WaitingClick, WaitingImpression } from '@freshet/contracts'
import { type EventMeaning, actorOf, labelOf, meaningOf } from '@freshet/features'
import type { Effects } from './effects'
import { ExampleMaker } from './example-maker'
import { HeldClicks } from './held-clicks'
import { chooseNegatives } from './negatives'
import type { FoldScope } from './fold-scope'
import { WaitingImpressions } from './waiting-impressions'

/** What an event brings to its joining. */
interface DeedScope {
  readonly meaning: EventMeaning
  readonly isLate: boolean
  readonly candidates: readonly string[]
}

const PRESENT_MAX = 2000 // lists in memory: some seconds of a busy partition
const NEGATIVE_WEIGHT = 1

/** Brings shown lists and what became of them together, and says what is learned from either. */
export class Joins {
  readonly impressions: WaitingImpressions
  readonly clicks: HeldClicks
  readonly maker: ExampleMaker

  constructor(
    private readonly scope: FoldScope,
    private readonly effects: Effects,
  ) {
    this.impressions = new WaitingImpressions(PRESENT_MAX)
    this.clicks = new HeldClicks()
    this.maker = new ExampleMaker(scope)
  }

  /** A list was shown: it waits, and takes the clicks that were faster. A bygone one, or a second of its id, waits for nothing. */
  impression(event: Event, isBygone: boolean): void {
    const { requestId, timeMs, impression } = event
    if (isBygone || requestId === '' || impression === undefined || this.impressions.has(requestId)) return
    const waiting = WaitingImpression.create({
      requestId,
      userId: actorOf(event),
      sourceOffset: this.effects.offset,
      timeMs,
      impression: this.maker.withFeatures(event, impression),
      joined: impression.items.map(() => 0),
      dueMs: timeMs + this.scope.dictionary.declared.joinWindowMs,
    })
    this.welcome(waiting)
  }

  /** A list that was shown to a session goes on waiting, as its user's. */
  moved(list: WaitingImpression): void {
    if (!this.impressions.has(list.requestId)) this.welcome({ ...list, sourceOffset: this.effects.offset })
  }

  /** Nothing comes any more of what waits for this user. */
  forget(userId: string): void {
    for (const requestId of this.impressions.of(userId)) this.impressions.drop(requestId)
    this.clicks.drop(userId)
  }

  /** Something was done to an item: it says so by the list that caused it, waits for that list, or speaks for itself. */
  deed(event: Event, { meaning, isLate, candidates }: DeedScope): void {
    const label = labelOf(meaning, event.value)
    if (label === undefined) return
    const actor = actorOf(event)
    const cause = isLate ? '' : event.requestId
    const waiting = cause === '' ? undefined : this.impressions.get(cause)
    if (waiting?.userId === actor && this.join(waiting, event.itemId, { meaning, label })) return
    const user = this.scope.states.user(actor)
    const isFit = (id: string): boolean => id !== event.itemId && !(user?.items[id]?.consumed ?? false)
    const negatives = chooseNegatives(candidates, this.scope.dictionary.declared.negatives, isFit)
    const alone = this.maker.alone(event, { meaning, label, negatives })
    if (cause === '' || waiting !== undefined) this.effects.group(actor, alone)
    else this.clicks.hold({ ...this.held(event), sourceOffset: this.effects.offset, alone })
  }

  /** Closes what ends by `watermarkMs`: shown items that nothing became of are negatives, held clicks speak for themselves. */
  expire(watermarkMs: number): void {
    for (const { alone, userKey } of this.clicks.expire(watermarkMs)) if (alone !== undefined) this.effects.group(userKey, alone)
    const { lateLabelMs, joinWindowMs } = this.scope.dictionary.declared
    for (const waiting of this.impressions.expire(watermarkMs, lateLabelMs ?? joinWindowMs)) this.ignored(waiting)
  }

  private welcome(waiting: WaitingImpression): void {
    this.impressions.add(waiting)
    for (const click of this.clicks.release(waiting.requestId)) this.joinHeld(waiting, click)
  }

  /**
   * True when the list explains the event; the same type joins an item once, in all places where the list shows it.
   *
   * After the window the negative is told already: the label is told beside it, by the features of the same moment. For a rate of
   * clicks c both together lead to c / (1 + c), which is c where few click.
   *
   * source  Ktena et al., Addressing delayed feedback for continuous training with neural networks in CTR prediction (2019)
   */
  private join(waiting: WaitingImpression, itemId: string, { meaning, label }: { meaning: EventMeaning; label: number }): boolean {
    const items = waiting.impression?.items ?? []
    const place = items.findIndex((shown) => shown.itemId === itemId)
    if (place < 0) return false
    const bit = 1 << meaning.index // a dictionary has 32 types at most
    if ((waiting.joined[place] & bit) !== 0) return true
    for (const [i, shown] of items.entries()) if (shown.itemId === itemId) waiting.joined[i] = (waiting.joined[i] | bit) >>> 0
    this.impressions.touch(waiting.requestId)
    if (waiting.closed) this.effects.count('lateLabels')
    this.effects.group(waiting.userId, this.maker.served(waiting, [{ shown: items[place], label, weight: meaning.weight }]))
    return true
  }

  private joinHeld(waiting: WaitingImpression, click: WaitingClick): void {
    const meaning = meaningOf(this.scope.dictionary, click.type)
    const label = meaning && labelOf(meaning, click.value)
    const isTheirs = waiting.userId === click.userKey
    if (isTheirs && meaning !== undefined && label !== undefined && this.join(waiting, click.itemId, { meaning, label })) return
    if (click.alone !== undefined) this.effects.group(click.userKey, click.alone)
  }

  private ignored(waiting: WaitingImpression): void {
    const items = waiting.impression?.items ?? []
    const unanswered = items.filter((_, place) => waiting.joined[place] === 0)
    if (unanswered.length === 0) return
    const labelled = unanswered.map((shown) => ({ shown, label: 0, weight: NEGATIVE_WEIGHT }))
    this.effects.group(waiting.userId, this.maker.served(waiting, labelled))
  }

  private held(event: Event): Omit<WaitingClick, 'alone' | 'sourceOffset'> {
    const { requestId, itemId, type, value, timeMs } = event
    return { requestId, itemId, type, value, timeMs, userKey: actorOf(event), dueMs: timeMs + this.scope.dictionary.declared.lateClickMs }
  }
}
