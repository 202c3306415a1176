import {
  type Event,
  ExampleGroup,
  ExampleItem,
  type Impression,
  type ImpressionItem,
  LabelSource,
  type WaitingImpression,
} from '@freshet/contracts'
import { type Dictionary, type EventMeaning, actorOf, crossPart, itemPart, packParts, userPart } from '@freshet/features'
import { hash64 } from '@freshet/kernel'
import type { States } from './states'

/** A shown item and what became of it. */
export interface LabelledItem {
  readonly shown: ImpressionItem
  readonly label: number
  readonly weight: number
}

/** Makes examples: features from states as they stand, or as they were served. */
export class ExampleMaker {
  constructor(
    private readonly dictionary: Dictionary,
    private readonly states: States,
  ) {}

  /** The example of a record that no list explains: its item as labelled, then the drawn ones; what could not be drawn weighs nothing. */
  alone(
    event: Event,
    scope: { readonly meaning: EventMeaning; readonly label: number; readonly negatives: readonly string[] },
  ): ExampleGroup {
    const { meaning, label, negatives } = scope
    const actor = actorOf(event)
    const user = packParts(userPart(this.dictionary, this.states.user(actor), { userId: actor, nowMs: event.timeMs }))
    const count = label === 1 && !meaning.explicit ? this.dictionary.declared.negatives : 0
    const drawn = Array.from({ length: count }, (_, j) =>
      j < negatives.length
        ? this.item(event, negatives[j], { label: 0, weight: meaning.weight, source: LabelSource.LABEL_SOURCE_SAMPLED })
        : ExampleItem.create({ source: LabelSource.LABEL_SOURCE_SAMPLED }),
    )
    const own = this.item(event, event.itemId, { label, weight: meaning.weight, source: LabelSource.LABEL_SOURCE_RECORD })
    return this.group(actor, event.timeMs, { userIds: user.ids, userNumbers: user.numbers, items: [own, ...drawn] })
  }

  /** The examples of shown items, by the features that they were shown with. */
  served({ userId, timeMs, impression }: WaitingImpression, labelled: readonly LabelledItem[]): ExampleGroup {
    const items = labelled.map(({ shown, label, weight }) => {
      const { lo, hi } = hash64(shown.itemId)
      const source = LabelSource.LABEL_SOURCE_SERVED
      return { label, weight, source, ids: shown.ids, numbers: shown.numbers, itemLo: lo, itemHi: hi }
    })
    return this.group(userId, timeMs, { userIds: impression?.userIds ?? NONE, userNumbers: impression?.userNumbers ?? NONE, items })
  }

  /** A list with features: its own where our ranker served it by this dictionary, else those of this moment. */
  withFeatures(event: Event, impression: Impression): Impression {
    if (this.isServed(impression)) return impression
    const actor = actorOf(event)
    const user = packParts(userPart(this.dictionary, this.states.user(actor), { userId: actor, nowMs: event.timeMs }))
    const items = impression.items.map((shown) => ({ ...shown, ...this.parts(event, shown.itemId) }))
    return { ...impression, dictionaryHash: this.dictionary.hash, userIds: user.ids, userNumbers: user.numbers, items }
  }

  private isServed({ dictionaryHash, userIds, userNumbers, items }: Impression): boolean {
    const { user, item, cross } = this.dictionary.layout
    const idBytes = (item.ids + cross.ids) * ID_BYTES
    const numberBytes = (item.numbers + cross.numbers) * NUMBER_BYTES
    return (
      dictionaryHash === this.dictionary.hash &&
      userIds.length === user.ids * ID_BYTES &&
      userNumbers.length === user.numbers * NUMBER_BYTES &&
      items.every(({ ids, numbers }) => ids.length === idBytes && numbers.length === numberBytes)
    )
  }

  private item(event: Event, itemId: string, as: Pick<ExampleItem, 'label' | 'weight' | 'source'>): ExampleItem {
    const { lo, hi } = hash64(itemId)
    return { ...as, ...this.parts(event, itemId), itemLo: lo, itemHi: hi }
  }

  private parts(event: Event, itemId: string): { ids: Uint8Array; numbers: Uint8Array } {
    const { dictionary, states } = this
    const { timeMs: nowMs, context } = event
    const userId = actorOf(event)
    const item = states.item(itemId)
    const cross = crossPart(dictionary, { userId, user: states.user(userId), itemId, item, context, nowMs })
    return packParts(itemPart(dictionary, item, { itemId, nowMs }), cross)
  }

  private group(userId: string, timeMs: number, parts: Pick<ExampleGroup, 'userIds' | 'userNumbers' | 'items'>): ExampleGroup {
    const { lo, hi } = hash64(userId)
    return ExampleGroup.create({ ...parts, dictionaryHash: this.dictionary.hash, timeMs, userLo: lo, userHi: hi })
  }
}

const NONE = new Uint8Array(0)
const ID_BYTES = 8
const NUMBER_BYTES = 4
