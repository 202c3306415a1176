import { JOURNAL } from '@freshet/event-log'
import { NotFoundError } from '@freshet/kernel'
import { TrainingLine } from './training-line'
import { groups, MemoryShelf, openRoom, optionsOf, publish, type Room } from './training-room.fixture'
import { VersionKeeper } from './version-keeper'

/** A room whose owner has a genesis and a version. */
async function roomWithVersion(): Promise<Room> {
  const room = openRoom()
  await publish(room.log, 0, groups(0, 2))
  const options = await optionsOf(room, 'a')
  await new VersionKeeper({ ...options, onVersion: () => undefined }).begin(await TrainingLine.open(options))?.saved
  return room
}

describe('opening a line while its owner makes versions and lets old ones go', () => {
  it('may be tried again where the journal was trimmed after it found no version yet: nothing is corrupt', async () => {
    const room = await roomWithVersion()
    const shelf = Object.assign(new MemoryShelf(), {
      list: async () => {
        await room.log.trim(JOURNAL, 1)
        return []
      },
    })
    await expect(TrainingLine.open({ ...(await optionsOf(room, 'b')), shelf })).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  })

  it('looks again where every version that it had seen is gone', async () => {
    const room = await roomWithVersion()
    const [kept] = await room.shelf.list()
    let looks = 0
    const shelf = Object.assign(new MemoryShelf(), {
      list: async () => (looks++ === 0 ? [{ ...kept, name: 'v-gone' }] : [kept]),
      load: (name: string) =>
        name === kept.name ? room.shelf.load(name) : Promise.reject(new NotFoundError('version', name, 'look again')),
    })
    const { opened } = await TrainingLine.open({ ...(await optionsOf(room, 'b')), shelf })
    expect(opened).toMatchObject({ version: { name: kept.name }, skipped: [] })
  })
})
