import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Event, type User } from '@freshet/contracts'
import { secondsToMs, text } from './attributes'
import { byTime, type ImportReader } from './import-source'
import { COMMAS, readTable } from './table'

const FILE = 'users_interactions.csv'
const COLUMNS = ['timestamp', 'eventType', 'contentId', 'personId', 'sessionId', 'userRegion', 'userCountry']

/** CI&T Deskdrop: what colleagues read and how they reacted: a folder with `users_interactions.csv`, or that file. Articles are known by id alone. */
export const readDeskdrop: ImportReader = async (path) => {
  const file = existsSync(join(path, FILE)) ? join(path, FILE) : path
  const events: Event[] = []
  const homes = new Map<string, { region: string; country: string }>()
  for await (const { row, cell } of readTable(file, COMMAS, COLUMNS)) {
    const userId = cell('personId')
    events.push(
      Event.fromPartial({
        eventId: `deskdrop:${row}`,
        userId,
        sessionId: cell('sessionId'),
        itemId: cell('contentId'),
        type: cell('eventType'),
        timeMs: secondsToMs(cell('timestamp')),
      }),
    )
    const home = homes.get(userId)
    if (!home?.country) homes.set(userId, { region: cell('userRegion'), country: cell('userCountry') })
  }
  const users = [...homes].map(([userId, home]): User => ({
    userId,
    attributes: { ...text('region', home.region), ...text('country', home.country) },
  }))
  const notes = ["a user's region and country are those of the first line that has them"]
  return { name: `deskdrop:${path}`, dictionary: 'deskdrop', notes, items: [], users, events: byTime(events), unreadable: [] }
}
