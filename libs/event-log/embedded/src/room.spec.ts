import { appendFile, stat } from 'node:fs/promises'
import { temporaryDirectory } from '@freshet/testing'
import { openEnvironment } from './environment'
import { PAGES_FILE, Room } from './room'

const keyOf = (i: number): Buffer => Buffer.from(`key ${i}`)

describe('the room of an environment', () => {
  it('is there before a commit, which then writes no byte beyond it', async () => {
    await using directory = await temporaryDirectory()
    const database = openEnvironment(directory.path)
    const room = new Room(database, directory.path)
    const sizeOf = async (): Promise<number> => (await stat(directory.within(PAGES_FILE))).size
    for (let round = 1; round <= 20; round++) {
      const value = Buffer.alloc(1500 * round, round)
      room.provide(Array<number>(200).fill(value.length))
      const before = await sizeOf()
      await database.batch(() => {
        for (let i = 0; i < 200; i++) void database.put(keyOf(i), value, round)
      })
      expect(await sizeOf()).toBe(before)
    }
    room.close()
    await database.close()
  })

  it('is not taken again while there is enough, and what others have appended stays', async () => {
    await using directory = await temporaryDirectory()
    const database = openEnvironment(directory.path)
    const [ours, theirs] = [new Room(database, directory.path), new Room(database, directory.path)]
    ours.provide([10])
    const { size } = await stat(directory.within(PAGES_FILE))
    theirs.provide([10])
    expect((await stat(directory.within(PAGES_FILE))).size).toBe(size)
    await database.put(keyOf(1), Buffer.alloc(100_000, 1), 1)
    await appendFile(directory.within(PAGES_FILE), Buffer.alloc(4096, 7))
    theirs.provide([1 << 20])
    expect(database.get(keyOf(1))?.equals(Buffer.alloc(100_000, 1))).toBe(true)
    expect((await stat(directory.within(PAGES_FILE))).size).toBeGreaterThan(size + 4096)
    for (const room of [ours, theirs, theirs]) room.close()
    await database.close()
  })
})
