import type { CatalogRecord } from '@freshet/contracts'
import { foldCatalogItem, foldCatalogUser, foldDeletedItem, foldDeletedUser } from '@freshet/features'
import type { States } from './states'

/** Folds an upsert or a deletion. What users and items of the catalogue did, or had done to them, stays when they leave it. */
export function foldCatalog(states: States, { record, timeMs }: CatalogRecord): void {
  switch (record?.$case) {
    case 'item':
      return states.saveItem(record.item.itemId, foldCatalogItem(states.item(record.item.itemId), record.item, timeMs))
    case 'user':
      return states.saveUser(record.user.userId, foldCatalogUser(states.user(record.user.userId), record.user))
    case 'deletedItemId':
      return states.saveItem(record.deletedItemId, foldDeletedItem(states.item(record.deletedItemId)))
    case 'deletedUserId':
      return states.saveUser(record.deletedUserId, foldDeletedUser(states.user(record.deletedUserId)))
  }
}
