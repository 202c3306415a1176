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
  private readonly maker: ExampleMaker

  constructor(
    private readonly scope: FoldScope,
    private readonly effects: Effects,
  ) {
    const { joinWindowMs, lateClickMs } = scope.dictionary.declared
    this.impressions = new WaitingImpressions(joinWindowMs, PRESENT_MAX)
    this.clicks = new HeldClicks(lateClickMs)
    this.maker = new ExampleMaker(scope.dictionary, scope.states)
  }

  /** A list was shown: it waits, and takes the clicks that were faster. A late one, or a second of its id, waits for nothing. */
  impression(event: Event, isLate: boolean): void {
    const { requestId, timeMs, impression } = event
    if (isLate || requestId === '' || impression === undefined || this.impressions.has(requestId)) return
    const waiting = WaitingImpression.create({
      requestId,
      userId: actorOf(event),
      sourceOffset: this.effects.offset,
      timeMs,
      impression: this.maker.withFeatures(event, impression),
      joined: impression.items.map(() => 0),
    })
    this.impressions.add(waiting)
    for (const click of this.clicks.release(requestId)) this.joinHeld(waiting, click)
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
    else this.clicks.hold({ ...held(event), sourceOffset: this.effects.offset, alone })
  }

  /** Closes what ends by `watermarkMs`: shown items that nothing became of are negatives, held clicks speak for themselves. */
  expire(watermarkMs: number): void {
    for (const { alone, userKey } of this.clicks.expire(watermarkMs)) if (alone !== undefined) this.effects.group(userKey, alone)
    for (const waiting of this.impressions.expire(watermarkMs)) this.ignored(waiting)
  }

  /** True when the list explains the event; the same type joins an item once. */
  private join(waiting: WaitingImpression, itemId: string, { meaning, label }: { meaning: EventMeaning; label: number }): boolean {
    const items = waiting.impression?.items ?? []
    const place = items.findIndex((shown) => shown.itemId === itemId)
    if (place < 0) return false
    const bit = 1 << (meaning.index % JOIN_BITS)
    if ((waiting.joined[place] & bit) !== 0) return true
    waiting.joined[place] = (waiting.joined[place] | bit) >>> 0
    this.impressions.touch(waiting.requestId)
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
}

const JOIN_BITS = 32

const held = (event: Event): Omit<WaitingClick, 'alone' | 'sourceOffset'> => ({
  requestId: event.requestId,
  itemId: event.itemId,
  type: event.type,
  value: event.value,
  timeMs: event.timeMs,
  userKey: actorOf(event),
})
