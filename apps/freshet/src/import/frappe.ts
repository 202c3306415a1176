import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Event, type Item } from '@freshet/contracts'
import { text } from './attributes'
import { startOf, type ImportReader } from './import-source'
import { readTable, TABS } from './table'

const CONTEXT = ['daytime', 'weekday', 'isweekend', 'homework', 'cost', 'weather', 'country', 'city']
const START_MS = Date.UTC(2014, 0, 1) // the file has no times: any beginning serves
const STEP_MS = 1000

/**
 * Frappe's uses of phone apps: a folder with `frappe.csv` and `meta.csv`. The file has no times, so that its order stands for them:
 * one second a line, from 2014-01-01 on.
 */
export const readFrappe: ImportReader = async (path) => {
  const events: Event[] = []
  for await (const { row, cell } of readTable(join(path, 'frappe.csv'), TABS, ['user', 'item', 'cnt', ...CONTEXT])) {
    const context: Record<string, string> = Object.fromEntries(
      CONTEXT.filter((name) => cell(name) !== '').map((name) => [name, cell(name)]),
    )
    const [userId, itemId, value] = [cell('user'), cell('item'), Number(cell('cnt'))]
    events.push(
      Event.fromPartial({ eventId: `frappe:${row}`, userId, itemId, type: 'use', timeMs: START_MS + row * STEP_MS, value, context }),
    )
  }
  const notes = ['SYNTHETIC TIMES: frappe.csv has none, so its lines stand one second apart, in the order of the file']
  const items = existsSync(join(path, 'meta.csv')) ? await readApps(join(path, 'meta.csv'), startOf(events)) : []
  return { name: `frappe:${path}`, dictionary: 'frappe', notes, items, users: [], events, unreadable: [] }
}

async function readApps(file: string, createdMs: number): Promise<Item[]> {
  const items: Item[] = []
  for await (const { cell } of readTable(file, TABS, ['item', 'category', 'language', 'price', 'name'])) {
    const attributes = {
      ...text('category', known(cell('category'))),
      ...text('language', known(cell('language'))),
      ...text('price', known(cell('price'))),
      ...text('title', known(cell('name'))),
    }
    items.push({ itemId: cell('item'), attributes, unavailable: false, createdMs })
  }
  return items
}

const known = (cell: string): string => (cell === 'unknown' ? '' : cell)
