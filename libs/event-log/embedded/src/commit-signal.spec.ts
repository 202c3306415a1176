import { readFileSync, statSync } from 'node:fs'
import { temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { CommitSignal } from './commit-signal'
import { openEnvironment } from './environment'

describe('the signal of commits', () => {
  it('says yes once for each commit, from whatever handle, and no between them', async () => {
    await using directory = await temporaryDirectory()
    const database = openEnvironment(directory.path)
    const signal = new CommitSignal(directory.path)
    expect(signal.changed()).toBe(true)
    for (let i = 0; i < 10; i++) {
      expect(signal.changed()).toBe(false)
      await database.put(Buffer.from([1]), Buffer.from([i]), i)
      expect(signal.changed()).toBe(true)
    }
    signal.close()
    await database.close()
  })

  it('says yes now and then without a commit, so that a missed one is found', async () => {
    await using directory = await temporaryDirectory()
    const database = openEnvironment(directory.path)
    const signal = new CommitSignal(directory.path)
    const answers = Array.from({ length: 201 }, () => signal.changed())
    expect(answers.filter((changed) => changed)).toHaveLength(1 + 4)
    signal.close()
    await database.close()
  })

  it('leaves the locks of an environment that is open elsewhere in the process where they are', async () => {
    await using directory = await temporaryDirectory()
    const database = openEnvironment(directory.path)
    const [signal, other] = [new CommitSignal(directory.path), new CommitSignal(directory.path)]
    expect(database.getEntry(Buffer.from([1]))).toBeUndefined() // a reader signs
    const held = locksOn(directory)
    expect(held).toBeGreaterThan(0)
    other.close()
    other.close()
    expect(locksOn(directory)).toBe(held)
    await database.close()
    signal.close()
    expect(locksOn(directory)).toBe(0)
  })
})

/** How many locks processes have on an environment's lock file, as Linux lists them: by inode, among other things. */
function locksOn(directory: TemporaryDirectory): number {
  const { ino } = statSync(directory.within('lock.mdb'))
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${ino} `)).length
}
