import { NotFoundError, UnavailableError } from '@freshet/kernel'
import { fakeClock } from '@freshet/testing'
import { persistently } from './persistence'

const gone = new UnavailableError('ingest', 'start it')

/** Work that fails so often before it succeeds. */
function failing(times: number, error: Error): { attempts: () => number; work: () => Promise<string> } {
  let attempts = 0
  return {
    attempts: () => attempts,
    work: async () => {
      if (attempts++ < times) throw error
      return 'done'
    },
  }
}

describe('persistence', () => {
  it('repeats what may pass, after a pause each time', async () => {
    const clock = fakeClock()
    const { work, attempts } = failing(3, gone)
    const result = persistently({ clock, patienceMs: 10_000 }, work)
    await clock.advance(0)
    expect(attempts()).toBe(1)
    await clock.advance(600)
    expect(await result).toBe('done')
    expect(attempts()).toBe(4)
  })

  it('ends with the last failure when patience does', async () => {
    const clock = fakeClock()
    const { work } = failing(Infinity, gone)
    const result = persistently({ clock, patienceMs: 1000 }, work)
    const outcome = expect(result).rejects.toBe(gone)
    await clock.advance(2000)
    await outcome
  })

  it.each([
    ['one of ours that will not pass', new NotFoundError('file', 'x', 'give one')],
    ['a defect', new RangeError('bug')],
  ])('does not repeat %s', async (_, error) => {
    const { work, attempts } = failing(1, error)
    await expect(persistently({ clock: fakeClock(), patienceMs: 1000 }, work)).rejects.toBe(error)
    expect(attempts()).toBe(1)
  })
})
