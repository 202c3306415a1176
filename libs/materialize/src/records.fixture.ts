import { Event, type EventRecord, type ImpressionItem } from '@freshet/contracts'

/** A shop in small: every policy that a record can meet. */
export const testDictionaryText = `
name: test
events:
  look: {}
  click: { label: positive }
  purchase: { label: positive, consumes: true, weight: 2 }
  rating: { label: { atLeast: 4 }, explicit: true }
  impression: { impression: true }
negatives: 2
joinWindowMs: 10000
lateClickMs: 3000
latenessMs: 500
user:
  - { kind: id, name: user }
  - { kind: sequence, name: recent, events: [click, purchase], last: 3 }
  - { kind: total, name: user_total }
  - { kind: mean, name: user_mean }
item:
  - { kind: id, name: item }
  - { kind: category, name: genre }
  - { kind: total, name: item_total }
  - { kind: rate, name: item_rate, of: [click], per: [impression], windowMs: 3600000 }
cross:
  - { kind: pair, name: did, events: [click, purchase] }
  - { kind: affinity, name: taste, attribute: genre }
context: [{ kind: key, name: device }]
`

/** An event as ingest writes it; accepted a second after it happened. */
export const eventRecord = (facts: Partial<Event>): EventRecord => ({
  record: { $case: 'event', event: Event.fromPartial(facts) },
  sequence: 0,
  acceptedMs: (facts.timeMs ?? 0) + 1000,
})

/** A tick as a clock writes it. */
export const tickRecord = (timeMs: number, { replay = false, closesReplay = false } = {}): EventRecord => ({
  record: { $case: 'tick', tick: { timeMs, replay, closesReplay } },
  sequence: 0,
  acceptedMs: timeMs,
})

/** A shown item without features: as other systems report it. */
export const shownItem = (itemId: string): ImpressionItem => ({
  itemId,
  score: 0,
  propensity: 0,
  ids: new Uint8Array(0),
  numbers: new Uint8Array(0),
})
