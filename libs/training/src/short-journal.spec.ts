import { fakeClock } from '@freshet/testing'
import { OtherLogError } from './errors'
import { ShortJournal } from './short-journal'

const SHORT = { shortBy: 3, position: 10 }
const WHOLE = { shortBy: 0, position: 10 }

describe('a journal that ends before what was read of it', () => {
  it('is waited for, ten seconds, and is another one then', async () => {
    const clock = fakeClock(1)
    const journal = new ShortJournal(clock)
    expect(journal.check(SHORT)).toBe(true)
    await clock.advance(9999)
    expect(journal.check(SHORT)).toBe(true)
    await clock.advance(1)
    expect(() => journal.check(SHORT)).toThrow(OtherLogError)
    expect(() => journal.check(SHORT)).toThrow('it was read up to 10, and ends at 7; bring back the log')
  })

  it('is waited for anew once it has been heard of to its end', async () => {
    const clock = fakeClock(1)
    const journal = new ShortJournal(clock)
    journal.check(SHORT)
    await clock.advance(9000)
    expect(journal.check(WHOLE)).toBe(false)
    await clock.advance(9000)
    expect(journal.check(SHORT)).toBe(true)
  })
})
