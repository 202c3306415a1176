/** Where a user's state lies in the online store, in the partition of the user's id. */
export const userKey = (userId: string): string => `u:${userId}`

/** Where an item's state lies, in the partition of the item's id. */
export const itemKey = (itemId: string): string => `${ITEM_PREFIX}${itemId}`

/** What the keys of all items start with. */
export const ITEM_PREFIX = 'i:'

/** The inverse of {@link itemKey}. */
export const itemIdOf = (key: string): string => key.slice(ITEM_PREFIX.length)

/** Who an event belongs to: its user or, where none is named, its session. The key of its partition. */
export const actorOf = ({ userId, sessionId }: { readonly userId: string; readonly sessionId: string }): string =>
  userId === '' ? `s:${sessionId}` : userId
