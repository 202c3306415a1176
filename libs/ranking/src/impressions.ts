import { Event, Impression, ImpressionItem } from '@freshet/contracts'
import type { Dictionary, Part } from '@freshet/features'
import { bytesOf } from '@freshet/kernel'
import type { ExamplePack } from './example-pack'
import type { ModelStamp } from './serving-model'

/** Where impressions leave: never waited for, so an answer costs the same whether anybody takes them or not. */
export interface ImpressionSink {
  /** Takes an impression along; false where there was no room for it and it was dropped. */
  offer(impression: Event): boolean
}

/** A list as it was answered. */
export interface ShownList {
  readonly requestId: string
  readonly userId: string
  readonly sessionId: string
  readonly surface: string
  readonly context: Readonly<Record<string, string>>
  readonly timeMs: number
  readonly user: Part
  readonly stamp: ModelStamp
  /** In the order of the answer: `b` is the candidate's place in the pack. */
  readonly items: readonly { readonly itemId: string; readonly score: number; readonly b: number }[]
}

/** The event type of impressions; undefined where the dictionary declares none, and then there is nothing to log. */
export const impressionType = ({ meanings }: Dictionary): string | undefined =>
  [...meanings.values()].find(({ impression }) => impression)?.type

/** The event that says what was shown and by which ids and numbers it was scored: copies, since the pack is used again. */
export function impressionOf(shown: ShownList, pack: ExamplePack, { type, hash }: { readonly type: string; readonly hash: string }): Event {
  const items = shown.items.map(({ itemId, score, b }) =>
    ImpressionItem.create({ itemId, score, propensity: 1, ids: copyOf(pack.idsOf(b)), numbers: copyOf(pack.numbersOf(b)) }),
  )
  return Event.create({
    eventId: `impression:${shown.requestId}`,
    userId: shown.userId,
    sessionId: shown.sessionId,
    type,
    timeMs: shown.timeMs,
    requestId: shown.requestId,
    context: { ...shown.context },
    impression: Impression.create({
      items,
      surface: shown.surface,
      dictionaryHash: hash,
      userIds: copyOf(shown.user.ids),
      userNumbers: copyOf(shown.user.numbers),
      rowStep: shown.stamp.rowStep,
      denseStep: shown.stamp.denseStep,
    }),
  })
}

const copyOf = (view: ArrayBufferView): Uint8Array => bytesOf(view).slice()
