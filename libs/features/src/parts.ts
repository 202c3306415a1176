import type { ItemState, UserState } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { itemActivity, userActivity } from './compiled-features'
import type { CrossScope } from './cross-features'
import type { Dictionary } from './dictionary'
import { emptyPart, type Place, writePart } from './feature'
import type { Part } from './layout'

/** Which user, when. */
export interface UserMoment {
  readonly userId: string
  readonly nowMs: number
}

/** Which item, when. */
export interface ItemMoment {
  readonly itemId: string
  readonly nowMs: number
}

/** A user's part; of an unknown one, its id and zeros. */
export function userPart({ compiled }: Dictionary, state: UserState | undefined, { userId, nowMs }: UserMoment): Part {
  const part = emptyPart(compiled.user.layout)
  const activity = state && userActivity(state)
  compiled.user.write(part, { id: userId, nowMs, attributes: state?.attributes, sequences: state?.sequences, activity })
  return part
}

/** An item's part; of an unknown one, its id and zeros. */
export function itemPart(dictionary: Dictionary, state: ItemState | undefined, moment: ItemMoment): Part {
  const part = emptyPart(dictionary.compiled.item.layout)
  writeItem(dictionary, part, { itemId: moment.itemId, nowMs: moment.nowMs, item: state }) // a spread with a key behind it costs 5 µs (node 20)
  return part
}

/** What user, item and situation have in common. */
export const crossPart = ({ compiled }: Dictionary, scope: CrossScope): Part =>
  writePart(compiled.cross, emptyPart(compiled.cross.layout), scope)

/**
 * Writes the cross parts of one user at one moment, item after item, into a part that is kept for it: as {@link crossPart} would, but what
 * items have in common is computed once. Good as long as user, context and moment stay as they are.
 */
export function crossWriter({ compiled }: Dictionary): (part: Part, scope: CrossScope) => void {
  const writers = compiled.cross.features.map(({ feature, at }) => {
    const write = feature.visit?.() ?? ((part: Part, place: Place, scope: CrossScope) => feature.write(part, place, scope))
    return { write, at }
  })
  return (part, scope) => {
    part.ids.fill(0)
    part.numbers.fill(0)
    for (const { write, at } of writers) write(part, at, scope)
  }
}

/** An item's part and behind it the cross part, as the bytes of one example: the same as both packed, at half the cost. */
export function packedExample(dictionary: Dictionary, scope: CrossScope): PackedParts {
  const { item, cross, crossBehindItem } = dictionary.compiled
  const ids = new Uint32Array(2 * (item.layout.ids + cross.layout.ids))
  const part = { ids, numbers: new Float32Array(item.layout.numbers + cross.layout.numbers) }
  writeItem(dictionary, part, scope)
  writePart(crossBehindItem, part, scope)
  return { ids: bytesOf(part.ids), numbers: bytesOf(part.numbers) }
}

/** Parts as the bytes of messages: pairs of u32 and Float32, little-endian. */
export interface PackedParts {
  readonly ids: Uint8Array
  readonly numbers: Uint8Array
}

/** Parts one after the other as the bytes of messages. */
export function packParts(...parts: readonly Part[]): PackedParts {
  const ids = new Uint32Array(parts.reduce((sum, part) => sum + part.ids.length, 0))
  const numbers = new Float32Array(parts.reduce((sum, part) => sum + part.numbers.length, 0))
  let idsAt = 0
  let numbersAt = 0
  for (const part of parts) {
    ids.set(part.ids, idsAt)
    numbers.set(part.numbers, numbersAt)
    idsAt += part.ids.length
    numbersAt += part.numbers.length
  }
  return { ids: bytesOf(ids), numbers: bytesOf(numbers) }
}

function writeItem({ compiled }: Dictionary, part: Part, { item, itemId, nowMs }: Pick<CrossScope, 'item' | 'itemId' | 'nowMs'>): void {
  const activity = item && itemActivity(item)
  compiled.item.write(part, { id: itemId, nowMs, attributes: item?.attributes, sequences: undefined, activity })
}
