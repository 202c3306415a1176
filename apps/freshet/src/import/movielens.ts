import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Event, type Item, type User } from '@freshet/contracts'
import { NotFoundError } from '@freshet/kernel'
import { number, secondsToMs, text, texts } from './attributes'
import { byTime, startOf, type ImportReader, type ImportSource } from './import-source'
import { COMMAS, readTable, TABS } from './table'

/** MovieLens ratings: a folder with `ml-100k.inter`, `.item` and `.user` (RecBole), or with `ratings.csv` and `movies.csv` (GroupLens). */
export const readMovielens: ImportReader = async (path) => {
  if (existsSync(join(path, 'ml-100k.inter'))) return readAtomic(path)
  if (existsSync(join(path, 'ratings.csv'))) return readGroupLens(path)
  throw new NotFoundError('folder of MovieLens', path, 'give a folder that holds ml-100k.inter, or ratings.csv and movies.csv')
}

async function readAtomic(path: string): Promise<ImportSource> {
  const events: Event[] = []
  for await (const { row, cell } of readTable(join(path, 'ml-100k.inter'), TABS, ['user_id', 'item_id', 'rating', 'timestamp']))
    events.push(
      rating(`ml-100k:${row}`, { user: cell('user_id'), item: cell('item_id'), rating: cell('rating'), seconds: cell('timestamp') }),
    )
  byTime(events)
  const items: Item[] = []
  for await (const { cell } of readTable(join(path, 'ml-100k.item'), TABS, ['item_id', 'movie_title', 'release_year', 'class'])) {
    const attributes = {
      ...text('title', cell('movie_title')),
      ...number('year', cell('release_year')),
      ...texts('genres', cell('class').split(' ')),
    }
    items.push({ itemId: cell('item_id'), attributes, unavailable: false, createdMs: startOf(events) })
  }
  const users: User[] = []
  for await (const { cell } of readTable(join(path, 'ml-100k.user'), TABS, ['user_id', 'age', 'gender', 'occupation']))
    users.push({
      userId: cell('user_id'),
      attributes: { ...number('age', cell('age')), ...text('gender', cell('gender')), ...text('occupation', cell('occupation')) },
    })
  return { name: `movielens:${path}`, dictionary: 'movielens', notes: [], items, users, events, unreadable: [] }
}

async function readGroupLens(path: string): Promise<ImportSource> {
  const events: Event[] = []
  for await (const { row, cell } of readTable(join(path, 'ratings.csv'), COMMAS, ['userId', 'movieId', 'rating', 'timestamp']))
    events.push(
      rating(`ml-latest-small:${row}`, { user: cell('userId'), item: cell('movieId'), rating: cell('rating'), seconds: cell('timestamp') }),
    )
  byTime(events)
  const items: Item[] = []
  for await (const { cell } of readTable(join(path, 'movies.csv'), COMMAS, ['movieId', 'title', 'genres'])) {
    const [, title = cell('title'), year = ''] = /^(.*) \((\d{4})\)$/.exec(cell('title').trim()) ?? []
    const genres = cell('genres')
      .split('|')
      .filter((genre) => genre !== '(no genres listed)')
    const attributes = { ...text('title', title), ...number('year', year), ...texts('genres', genres) }
    items.push({ itemId: cell('movieId'), attributes, unavailable: false, createdMs: startOf(events) })
  }
  return { name: `movielens:${path}`, dictionary: 'movielens', notes: [], items, users: [], events, unreadable: [] }
}

const rating = (eventId: string, cells: { user: string; item: string; rating: string; seconds: string }): Event =>
  Event.fromPartial({
    eventId,
    userId: cells.user,
    itemId: cells.item,
    type: 'rating',
    timeMs: secondsToMs(cells.seconds),
    value: cells.rating.trim() === '' ? NaN : Number(cells.rating),
  })
