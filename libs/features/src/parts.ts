import type { ItemState, UserState } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { itemActivity, userActivity } from './compiled-features'
import type { CrossScope } from './cross-features'
import type { Dictionary } from './dictionary'
import { emptyPart, writePart } from './feature'
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
export const userPart = ({ compiled }: Dictionary, state: UserState | undefined, { userId, nowMs }: UserMoment): Part =>
  compiled.user.compute({
    id: userId,
    nowMs,
    attributes: state?.attributes,
    sequences: state?.sequences,
    activity: state && userActivity(state),
  })

/** An item's part; of an unknown one, its id and zeros. */
export const itemPart = ({ compiled }: Dictionary, state: ItemState | undefined, { itemId, nowMs }: ItemMoment): Part =>
  compiled.item.compute({
    id: itemId,
    nowMs,
    attributes: state?.attributes,
    sequences: undefined,
    activity: state && itemActivity(state),
  })

/** What user, item and situation have in common. */
export const crossPart = ({ compiled }: Dictionary, scope: CrossScope): Part =>
  writePart(compiled.cross, emptyPart(compiled.cross.layout), scope)

/** As {@link crossPart}, into a part that is kept for it: for those who make hundreds of them for one answer. */
export function writeCrossPart({ compiled }: Dictionary, part: Part, scope: CrossScope): void {
  part.ids.fill(0)
  part.numbers.fill(0)
  writePart(compiled.cross, part, scope)
}

/** Parts one after the other as the bytes of messages: pairs of u32 and Float32, little-endian. */
export function packParts(...parts: readonly Part[]): { readonly ids: Uint8Array; readonly numbers: Uint8Array } {
  return { ids: concatenated(parts.map(({ ids }) => bytesOf(ids))), numbers: concatenated(parts.map(({ numbers }) => bytesOf(numbers))) }
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
