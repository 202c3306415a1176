import { FoldState, ItemState, UserState, WaitingClick, WaitingImpression } from '@freshet/contracts'
import { ITEM_PREFIX, userKey } from '@freshet/features'
import { CLICK_PREFIX } from './held-clicks'
import { FOLD_KEY } from './load-partition'
import { WAITING_PREFIX } from './waiting-impressions'

/**
 * What of a stored value follows from the log alone, however the three topics were interleaved, as text to compare.
 *
 * What a user did follows from `events[p]`; how it compares to what others did to the same items, and what the catalogue said of them, depends
 * on which record came first, and is left out. So are the features of lists and examples that still wait: those of a moment cannot be told from those that a ranker served.
 */
export function comparable(key: string, value: Uint8Array): string {
  if (key.startsWith(userKey(''))) return canonical(without(UserState.decode(value), ['attributes', 'categories', 'residualSum']))
  if (key.startsWith(ITEM_PREFIX)) return canonical(without(ItemState.decode(value), ['residualSum']))
  if (key.startsWith(CLICK_PREFIX)) return canonical(without(WaitingClick.decode(value), ['alone']))
  if (key.startsWith(WAITING_PREFIX)) return canonical(featureless(WaitingImpression.decode(value)))
  if (key === FOLD_KEY) return canonical(without(FoldState.decode(value), ['forgotten']))
  return Buffer.from(value).toString('base64')
}

/** A list and what became of it. */
const featureless = ({ impression, ...waiting }: WaitingImpression): object => ({
  ...waiting,
  impression: impression && {
    ...without(impression, ['userIds', 'userNumbers']),
    items: impression.items.map((item) => without(item, ['ids', 'numbers'])),
  },
})

const without = <T extends object>(state: T, fields: readonly (keyof T & string)[]): object =>
  Object.fromEntries(Object.entries(state).filter(([field]) => !(fields as readonly string[]).includes(field)))

/** JSON whose names stand in their order. */
const canonical = (value: object): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !ArrayBuffer.isView(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
