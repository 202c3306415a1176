import { CatalogRecord, type EventRecord } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { partitionOf } from '@freshet/kernel'
import type { House } from '../house'
import { type Change, PARTITIONS } from '../shop'
import { foldStateOf } from './fold-states'
import type { Read } from './read-logs'

/** Each acknowledged change of a whole history stands where it was said to, and what one partition sent another has received. */
export function judgeHistories(house: House, logs: readonly Read[]): void {
  for (const { change, partition, offset } of house.changes) {
    const { record } = logs[partition].records[offset] ?? {}
    if (spellRecord(record) !== spellChange(change))
      house.violate(`the accepted ${spellChange(change)} is not at ${offset} of partition ${partition}: ${spellRecord(record)} is`)
    judgeCatalogue(house, change)
  }
  const states = logs.map((_, partition) => foldStateOf(house, partition))
  for (const [target, state] of states.entries()) {
    for (const [source, sender] of states.entries()) {
      const [sent, received] = [sender?.movedSent[target] ?? 0, state?.movedReceived[source] ?? 0]
      if (sent !== received) house.violate(`partition ${source} moved ${sent} histories to ${target}, which received ${received}`)
    }
    house.tally.corrections += state?.corrections ?? 0
  }
  for (const { record } of logs.flatMap(({ records }) => records)) {
    if (record?.$case === 'forget') house.tally.forgets++
    if (record?.$case === 'link') house.tally.links++
  }
}

/** Who is forgotten has left the catalogue. */
function judgeCatalogue(house: House, change: Change): void {
  if (change.kind !== 'forget' || change.forget.userId === '') return
  const { userId } = change.forget
  const records = house.all(TOPICS.catalog, partitionOf(userId, PARTITIONS)).map(({ value }) => CatalogRecord.decode(value).record)
  if (!records.some((record) => record?.$case === 'deletedUserId' && record.deletedUserId === userId))
    house.violate(`${userId} was forgotten, and is not taken out of the catalogue`)
}

const spellChange = (change: Change): string =>
  change.kind === 'forget' ? spellRecord({ $case: 'forget', forget: change.forget }) : spellRecord({ $case: 'link', link: change.link })

function spellRecord(record: EventRecord['record']): string {
  if (record?.$case === 'forget') return `forget of ${record.forget.userId}/${record.forget.sessionId}`
  if (record?.$case === 'link') return `link of ${record.link.sessionId} to ${record.link.userId}`
  return record?.$case ?? 'nothing'
}
