import type { ItemState, UserState } from '@freshet/contracts'
import { bytesOf } from '@freshet/kernel'
import { textsOf } from './attributes'
import type { Dictionary } from './dictionary'
import { FieldIds } from './feature-id'

/** Whose ids, and what is at hand of them. */
export interface PersonalScope {
  readonly userId: string
  readonly user: UserState | undefined
  item(itemId: string): ItemState | undefined
}

/**
 * The embedding ids that a user's own id is part of: that of each `id` feature, and each cross of it with the items that the
 * state remembers. What is forgotten with a user begins with these rows.
 *
 * shape  u32 pairs (lo, hi) as bytes, each once, in the order of declaration and then of item ids
 */
export function personalIds({ declared }: Dictionary, { userId, user, item }: PersonalScope): Uint8Array {
  const pairs: number[] = []
  const seen = new Set<string>()
  const add = (fieldIds: FieldIds, value: string): void => {
    const pair = new Uint32Array(2)
    fieldIds.put(pair, 0, value)
    if (seen.has(pair.join())) return
    seen.add(pair.join())
    pairs.push(...pair)
  }
  for (const { kind, name } of declared.user) if (kind === 'id') add(new FieldIds(name), userId)
  const itemIds = Object.keys(user?.items ?? {}).sort()
  for (const feature of declared.cross) {
    if (feature.kind !== 'cross' || feature.user !== 'id') continue
    const fieldIds = new FieldIds(feature.name)
    for (const itemId of itemIds)
      for (const value of feature.item === 'id' ? [itemId] : textsOf(item(itemId)?.attributes, feature.item))
        add(fieldIds, `${userId}×${value}`)
  }
  return bytesOf(Uint32Array.from(pairs))
}
