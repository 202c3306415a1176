import { type EventLog, TOPICS } from '@freshet/event-log'
import { markOf } from '@freshet/follow'
import { utf8 } from '@freshet/kernel'
import { OtherLogError } from './errors'
import { ExampleMarks } from './example-marks'
import { emptyLog } from './restored-log.fixture'

const record = (offset: number, text: string) => ({ offset, value: utf8(text) })

async function logOf(...texts: string[]): Promise<EventLog> {
  const log = emptyLog()
  await log.append(
    { topic: TOPICS.examples, partition: 1 },
    texts.map((text) => ({ key: 'u', value: utf8(text) })),
  )
  return log
}

describe('the marks of what was read of examples', () => {
  it('are those of the records that cuts have taken, though more has been read ahead', async () => {
    const marks = new ExampleMarks(await logOf(), [null, null])
    marks.noteRead(1, record(4, 'e'))
    expect(marks.ofCuts).toEqual([null, null])
    marks.noteTaken(1, record(2, 'c'))
    expect(marks.ofCuts).toEqual([null, markOf(record(2, 'c'))])
  })

  it('tell another log by the record that was read last, and know it again when it comes back', async () => {
    const log = { current: await logOf('a', 'b', 'c') }
    const marks = new ExampleMarks({ read: (...args) => log.current.read(...args) }, [null, markOf(record(1, 'b'))])
    expect([await marks.isSame(0), await marks.isSame(1), marks.foreign]).toEqual([true, true, []])
    log.current = await logOf('a', 'x', 'c')
    expect([await marks.isSame(1), marks.foreign]).toEqual([false, [{ partition: 1, trouble: 'other' }]])
    expect([marks.isKnownForeign(0), marks.isKnownForeign(1)]).toEqual([false, true])
    await expect(marks.assertSame(1)).rejects.toThrow(OtherLogError)
    log.current = await logOf('a', 'b')
    expect([await marks.isSame(1), marks.foreign]).toEqual([true, []])
  })

  it('say of a log that ends too early that it is short, until it is not', async () => {
    const marks = new ExampleMarks(await logOf('a', 'b'), [null, markOf(record(1, 'b'))])
    marks.noteShort(1, 2)
    expect(marks.foreign).toEqual([{ partition: 1, trouble: 'short' }])
    marks.noteWithin(1)
    expect(marks.foreign).toEqual([])
  })

  it('take whatever grows over a place of which nothing is known, but that the log has ended before it, for another log', async () => {
    const log = await logOf('a')
    const marks = new ExampleMarks(log, [null, null])
    marks.noteShort(1, 3)
    await log.append(
      { topic: TOPICS.examples, partition: 1 },
      ['b', 'c', 'd'].map((text) => ({ key: 'u', value: utf8(text) })),
    )
    marks.noteWithin(1)
    expect([await marks.isSame(1), marks.ofCuts]).toEqual([false, [null, null]])
  })
})
