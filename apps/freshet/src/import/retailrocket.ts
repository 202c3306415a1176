import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Event } from '@freshet/contracts'
import { secondsToMs } from './attributes'
import { byTime, type ImportReader } from './import-source'
import { COMMAS, readTable } from './table'

const TYPES: ReadonlyMap<string, string> = new Map([
  ['buy', 'purchase'],
  ['transaction', 'purchase'],
  ['addtocart', 'cart'],
])

/**
 * RetailRocket's views, carts and purchases: a folder with `events.csv`, or that file. There is no catalogue: items become known by
 * their events. `test.csv`, the held-out purchases, is left alone.
 */
export const readRetailrocket: ImportReader = async (path) => {
  const file = existsSync(join(path, 'events.csv')) ? join(path, 'events.csv') : path
  const events: Event[] = []
  for await (const { row, cell } of readTable(file, COMMAS, ['timestamp', 'user', 'item', 'event'])) {
    const type = TYPES.get(cell('event')) ?? cell('event')
    const [userId, itemId, timeMs] = [cell('user'), cell('item'), secondsToMs(cell('timestamp'))]
    events.push(Event.fromPartial({ eventId: `retailrocket:${row}`, userId, itemId, type, timeMs }))
  }
  return {
    name: `retailrocket:${path}`,
    dictionary: 'retailrocket',
    notes: [],
    items: [],
    users: [],
    events: byTime(events),
    unreadable: [],
  }
}
