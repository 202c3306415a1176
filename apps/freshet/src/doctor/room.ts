import { existsSync } from 'node:fs'
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { gibibytes, type Finding } from './finding'

/** Where data sets are to lie, and what has to stay free there. */
export interface Room {
  readonly directory: string
  readonly freeBytesMin: number
}

/** Looks whether data sets can be made and kept in a directory, which may not be there yet; leaves nothing behind. */
export async function roomFindings(room: Room): Promise<Finding[]> {
  const place = nearestFolder(resolve(room.directory))
  return [await writeFinding(room.directory, place), await spaceFinding(room, place)]
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(directory: string): string {
  const parent = dirname(directory)
  return existsSync(directory) || parent === directory ? directory : nearestFolder(parent)
}

/** A folder may be there, and its disk full, read-only, or without the means to flush. */
async function writeFinding(directory: string, place: string): Promise<Finding> {
  const check = 'data folder'
  try {
    const trial = await mkdtemp(join(place, '.freshet-doctor-'))
    try {
      await using file = await open(join(trial, 'trial'), 'w')
      await file.write('trial')
      await file.sync()
    } finally {
      await rm(trial, { recursive: true })
    }
    return { check, state: 'good', says: `${directory} can be written` }
  } catch (error) {
    const reason = String(error).replace(/^Error: |, mkdtemp.*$/g, '')
    return {
      check,
      state: 'wrong',
      says: `${directory} cannot be written: ${reason}`,
      remedy: 'give another by `data`, or the right to write',
    }
  }
}

async function spaceFinding({ freeBytesMin }: Room, place: string): Promise<Finding> {
  const check = 'free disk'
  const { bavail, bsize } = await statfs(place)
  const free = bavail * bsize
  const says = `${gibibytes(free)} are free, ${gibibytes(freeBytesMin)} of them a reserve`
  if (free >= freeBytesMin + ROOM_BYTES) return { check, state: 'good', says }
  const remedy = 'free some: events are refused where less than the reserve is left (`diskFreeBytesMin`)'
  return { check, state: free < freeBytesMin ? 'wrong' : 'odd', says, remedy }
}

const ROOM_BYTES = 2 ** 30 // some ten million events, or three versions of a large table
