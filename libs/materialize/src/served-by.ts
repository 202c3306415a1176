import type { FormerDictionary, Impression } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'

/** What a list that this dictionary served has of each part. */
export const servedBy = ({ hash, layout: { user, item, cross } }: Dictionary): FormerDictionary => ({
  hash,
  userIds: user.ids,
  userNumbers: user.numbers,
  itemIds: item.ids + cross.ids,
  itemNumbers: item.numbers + cross.numbers,
})

/** True where a list carries the features of this dictionary, whole. */
export const carries = ({ dictionaryHash, userIds, userNumbers, items }: Impression, by: FormerDictionary): boolean =>
  dictionaryHash === by.hash &&
  userIds.length === by.userIds * ID_BYTES &&
  userNumbers.length === by.userNumbers * NUMBER_BYTES &&
  items.every(({ ids, numbers }) => ids.length === by.itemIds * ID_BYTES && numbers.length === by.itemNumbers * NUMBER_BYTES)

/** Remembers a dictionary that holds no longer, behind those of before; of many, the last ones. */
export function keepFormer(former: FormerDictionary[], last: Dictionary): void {
  const others = former.filter(({ hash }) => hash !== last.hash)
  former.splice(0, former.length, ...others.slice(1 - FORMER_MAX), servedBy(last))
}

const ID_BYTES = 8
const NUMBER_BYTES = 4
const FORMER_MAX = 8 // a list waits for minutes: nobody changes dictionaries so often
