import { CatalogRecord, PayloadKind, type Item, type User } from '@freshet/contracts'
import { RECORD_BYTES_MAX } from '@freshet/event-log'
import { InvalidFieldError, partitionOf, type Clock, type FieldFacts } from '@freshet/kernel'
import type { Refusal } from './dead-letters'
import { entityIdFault, itemFault, userFault } from './catalog-rules'
import type { Taken } from './event-desk'
import { MessageTooLargeError } from './errors'
import type { IntakeSettings } from './limits'
import { refusedBy, type Outcome } from './outcome'
import type { PartitionWriter } from './partition-writer'

/** Who the desk works with. */
export interface CatalogDeskScope {
  readonly clock: Clock
  readonly settings: IntakeSettings
  readonly partitions: number
  readonly writer: PartitionWriter
}

/** Takes items and users into the catalogue, and out of it. */
export interface CatalogDesk {
  upsertItems(items: readonly Item[]): Promise<Taken>
  deleteItems(itemIds: readonly string[]): Promise<Taken>
  upsertUsers(users: readonly User[]): Promise<Taken>
  deleteUsers(userIds: readonly string[]): Promise<Taken>
}

/** One change: whose, what it says, and what is wrong with it. */
interface Change {
  readonly id: string
  /** Keeps an item and a user of one id apart where the topic is compacted. */
  readonly keyPrefix: 'i:' | 'u:'
  readonly record: CatalogRecord['record']
  readonly fault: FieldFacts | undefined
}

/** A desk over the topic `catalog`. */
export function createCatalogDesk({ clock, settings, partitions, writer }: CatalogDeskScope): CatalogDesk {
  const take = async (changes: readonly Change[]): Promise<Taken> => {
    const { batchEventsMax } = settings
    if (changes.length > batchEventsMax)
      throw new MessageTooLargeError('the number of entries in one request', changes.length, batchEventsMax)
    writer.assertRoom()
    const timeMs = clock.nowMs()
    const refusals: Refusal[] = []
    const outcomes = changes.map(async (change): Promise<Outcome> => {
      const payload = CatalogRecord.encode({ record: change.record, timeMs }).finish()
      const error = refusalOf(change, payload.length, settings)
      if (error) {
        refusals.push({ payload, kind: PayloadKind.PAYLOAD_KIND_CATALOG, source: 'catalog', error })
        return { kind: 'refused', error }
      }
      const partition = partitionOf(change.id, partitions)
      return writer
        .write(partition, [{ key: change.keyPrefix + change.id, value: payload }])
        .then((offset) => ({ kind: 'accepted', partition, offset }), refusedBy)
    })
    return { outcomes: await Promise.all(outcomes), refusals }
  }

  return {
    upsertItems: (items) => take(items.map((item) => itemChange(item, settings))),
    upsertUsers: (users) => take(users.map((user) => userChange(user, settings))),
    deleteItems: (ids) => take(ids.map((id) => deletion({ field: 'item_id', id, settings }))),
    deleteUsers: (ids) => take(ids.map((id) => deletion({ field: 'user_id', id, settings }))),
  }
}

const itemChange = (item: Item, settings: IntakeSettings): Change => ({
  id: item.itemId,
  keyPrefix: 'i:',
  record: { $case: 'item', item },
  fault: itemFault(item, settings),
})

const userChange = (user: User, settings: IntakeSettings): Change => ({
  id: user.userId,
  keyPrefix: 'u:',
  record: { $case: 'user', user },
  fault: userFault(user, settings),
})

function deletion({ field, id, settings }: { field: 'item_id' | 'user_id'; id: string; settings: IntakeSettings }): Change {
  const fault = entityIdFault(field, id, settings)
  return field === 'item_id'
    ? { id, keyPrefix: 'i:', record: { $case: 'deletedItemId', deletedItemId: id }, fault }
    : { id, keyPrefix: 'u:', record: { $case: 'deletedUserId', deletedUserId: id }, fault }
}

function refusalOf(
  { fault }: Change,
  bytes: number,
  { messageBytesMax }: IntakeSettings,
): InvalidFieldError | MessageTooLargeError | undefined {
  if (fault) return new InvalidFieldError(fault)
  const bytesMax = Math.min(messageBytesMax, RECORD_BYTES_MAX)
  return bytes > bytesMax ? new MessageTooLargeError('the number of bytes of one entry', bytes, bytesMax) : undefined
}
