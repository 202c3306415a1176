import type { CatalogRecord } from '@freshet/contracts'
import { NaiveItem } from './naive-item.fixture'
import { NaiveUser } from './naive-user.fixture'

/** Users and items by their ids. */
interface Entities {
  readonly users: Map<string, NaiveUser>
  readonly items: Map<string, NaiveItem>
}

/** What the catalogue says replaces what it said; what was done stays, whoever leaves it. */
export function takeCatalogue({ users, items }: Entities, { record, timeMs }: CatalogRecord): void {
  if (record?.$case === 'item') {
    const { itemId, attributes, unavailable } = record.item
    const before = items.get(itemId) ?? new NaiveItem()
    const createdMs = record.item.createdMs || before.createdMs || timeMs
    items.set(itemId, Object.assign(before, { attributes, unavailable, known: true, createdMs }))
  }
  if (record?.$case === 'deletedItemId') {
    const before = items.get(record.deletedItemId) ?? new NaiveItem()
    items.set(record.deletedItemId, Object.assign(before, { attributes: {}, known: false }))
  }
  if (record?.$case === 'user') {
    const { userId, attributes } = record.user
    users.set(userId, Object.assign(users.get(userId) ?? new NaiveUser(), { attributes }))
  }
  if (record?.$case === 'deletedUserId') {
    const user = users.get(record.deletedUserId)
    if (user?.did.length === 0 && user.windows.size === 0) users.delete(record.deletedUserId)
    else if (user) user.attributes = {}
  }
}
