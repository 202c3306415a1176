import { temporaryDirectory } from '@freshet/testing'
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
})
