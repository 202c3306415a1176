import type { CatalogRecord, Event, EventRecord } from '@freshet/contracts'
import { type Dictionary, actorOf, compileDictionary } from '@freshet/features'
import { takeCatalogue } from './naive-catalogue.fixture'
import { type NaiveExample, type NaiveParts, naiveExample, naiveUserPart } from './naive-features.fixture'
import { NaiveItem } from './naive-item.fixture'
import type { Declared } from './naive-lists.fixture'
import { NaiveUser } from './naive-user.fixture'

/** A list that waits, with the features of the moment in which it was shown. */
export interface NaiveList extends NaiveExample {
  readonly event: Event
}

/** A record of `events` or of `catalog`. */
export type NaiveRecord = { readonly events: EventRecord } | { readonly catalog: CatalogRecord }

/**
 * A whole house as it is after some records, each of which it takes from the first one on. It keeps lists of what was done and by whom,
 * and knows of no partitions, batches, stores or outboxes.
 */
export class NaiveHouse {
  readonly users = new Map<string, NaiveUser>()
  readonly items = new Map<string, NaiveItem>()
  lists: NaiveList[] = []
  dictionary: Dictionary
  private changes = 0
  private readonly ids = new Set<string>()
  private readonly forgotten: { readonly actor: string; readonly atMs: number }[] = []

  constructor(first: Dictionary, records: readonly NaiveRecord[]) {
    this.dictionary = first
    for (const record of records) this.take(record)
  }

  get declared(): Declared {
    return this.dictionary.declared
  }

  item(itemId: string): NaiveItem {
    return this.items.get(itemId) ?? new NaiveItem()
  }

  /** The features that an event's user and some items have at its moment, by what happened before its record. */
  exampleOf(event: Event, itemIds: readonly string[]): NaiveExample {
    const { declared } = this
    const actor = actorOf(event)
    const [user, nowMs] = [this.users.get(actor), event.timeMs]
    const partsOf = (itemId: string): NaiveParts =>
      naiveExample(declared, { userId: actor, user, itemId, item: this.items.get(itemId), context: event.context, nowMs })
    return {
      actor,
      user: naiveUserPart(declared, { userId: actor, user, nowMs }),
      items: new Map(itemIds.map((itemId) => [itemId, partsOf(itemId)])),
    }
  }

  /** What happens next. */
  take(record: NaiveRecord): void {
    if ('catalog' in record) return takeCatalogue(this, record.catalog)
    const { record: what, acceptedMs } = record.events
    switch (what?.$case) {
      case 'event':
        return this.event(what.event)
      case 'forget':
        return this.forget(actorOf(what.forget), acceptedMs)
      case 'link':
        return this.link({ from: `s:${what.link.sessionId}`, to: what.link.userId, atMs: acceptedMs })
      case 'dictionary':
        if (what.dictionary.number <= this.changes) return
        this.changes = what.dictionary.number
        this.dictionary = compileDictionary(what.dictionary.text)
    }
  }

  private event(event: Event): void {
    const { declared } = this
    const { type, eventId, timeMs, impression } = event
    if (!Object.hasOwn(declared.events, type) || this.ids.has(eventId)) return
    this.ids.add(eventId)
    if (declared.events[type].impression) return this.shown(event, impression?.items.map(({ itemId }) => itemId) ?? [])
    const { itemId, value } = event
    const user = this.userOf(event)
    const isJudgement = typeof declared.events[type].label === 'object' && value !== undefined
    const residual = isJudgement ? value - user.mean(declared) : undefined
    user.does(declared, { type, itemId, timeMs, value }, this.item(itemId))
    if (declared.events[type].touches) this.touched(itemId, timeMs).touched(declared, { type, timeMs, value, residual, impressed: false })
  }

  private shown(event: Event, itemIds: readonly string[]): void {
    const { declared } = this
    const { type, timeMs } = event
    const actor = actorOf(event)
    const isBygone = this.forgotten.some((each) => each.actor === actor && each.atMs >= timeMs)
    if (!isBygone) this.lists.push({ ...this.exampleOf(event, itemIds), event })
    const isStranger = !this.users.has(actor)
    const user = this.userOf(event)
    if (isStranger) user.metMs.push(timeMs)
    user.counts(declared, event, itemIds.length)
    for (const itemId of itemIds) this.touched(itemId, timeMs).touched(declared, { type, timeMs, impressed: true })
  }

  private forget(actor: string, atMs: number): void {
    const attributes = this.users.get(actor)?.attributes ?? {}
    this.users.delete(actor)
    if (Object.keys(attributes).length > 0) this.users.set(actor, new NaiveUser(attributes))
    this.lists = this.lists.filter((list) => list.actor !== actor)
    this.forgotten.push({ actor, atMs })
  }

  /** All that a session did, and what was shown to it, is its user's: unless that one was forgotten since. */
  private link({ from, to, atMs }: { readonly from: string; readonly to: string; readonly atMs: number }): void {
    const session = this.users.get(from)
    this.users.delete(from)
    const isBygone = this.forgotten.some(({ actor, atMs: forgottenMs }) => actor === to && forgottenMs >= atMs)
    this.lists = this.lists.flatMap((list) => (list.actor !== from ? [list] : isBygone ? [] : [{ ...list, actor: to }]))
    if (session === undefined || isBygone) return
    const user = this.users.get(to) ?? new NaiveUser()
    this.users.set(to, user)
    user.takes(this.declared, session)
  }

  private userOf(event: Event): NaiveUser {
    const user = this.users.get(actorOf(event)) ?? new NaiveUser()
    this.users.set(actorOf(event), user)
    return user
  }

  /** An item that nobody told of is there from the first time that something is done to it. */
  private touched(itemId: string, timeMs: number): NaiveItem {
    const item = this.items.get(itemId) ?? Object.assign(new NaiveItem(), { known: true, createdMs: timeMs })
    this.items.set(itemId, item)
    return item
  }
}
