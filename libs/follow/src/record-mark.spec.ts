import { TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import { utf8 } from '@freshet/kernel'
import { judgeLog, judgeMark, markOf } from './record-mark'

const PLACE = { topic: TOPICS.examples, partition: 0 }

/** A log that holds these, one a record. */
async function logOf(...values: string[]) {
  const log = openMemoryLog({ partitions: { [TOPICS.examples]: 1 } })
  await log.append(
    PLACE,
    values.map((value) => ({ key: 'u', value: utf8(value) })),
  )
  return log
}

const mark = (offset: number, value: string) => markOf({ offset, value: utf8(value) })

describe('the mark of a record', () => {
  it('is its place, and a checksum of what it holds, as versions on disks have it', () => {
    expect(mark(7, 'freshet')).toEqual({ offset: 7, checksum: '790622c4129e4d7b' })
    expect(mark(7, 'freshet').checksum).not.toBe(mark(7, 'freshes').checksum)
  })

  it('is found again in the log that has the record', async () => {
    expect(await judgeMark(await logOf('a', 'b', 'c'), PLACE, mark(1, 'b'))).toBe('same')
  })

  it('is of another log where something else lies at its place', async () => {
    expect(await judgeMark(await logOf('a', 'x', 'c'), PLACE, mark(1, 'b'))).toBe('other')
  })

  it('is of another log where a gap lies at its place', async () => {
    const log = await logOf('a', 'b', 'c')
    const gapped = { read: (of: typeof PLACE, from: number) => log.read(of, from === 1 ? 2 : from, { records: 1 }) }
    expect(await judgeMark(gapped, PLACE, mark(1, 'b'))).toBe('other')
  })

  it('is unknown where its place was trimmed, or is at the end or beyond it', async () => {
    const log = await logOf('a', 'b', 'c')
    await log.trim(PLACE, 2)
    for (const offset of [1, 3, 9]) expect(await judgeMark(log, PLACE, mark(offset, 'b'))).toBe('unknown')
  })

  it('is not judged by what fails otherwise', async () => {
    const read = () => Promise.reject(new TypeError('away'))
    await expect(judgeMark({ read }, PLACE, mark(1, 'b'))).rejects.toThrow('away')
  })
})

describe('a log beside somebody who has read so far', () => {
  it('is short where it ends before that, whatever the mark', async () => {
    expect(await judgeLog(await logOf('a', 'b'), PLACE, { end: 3, mark: mark(1, 'b') })).toBe('short')
  })

  it('is what its mark says once it is as long, and unknown without one', async () => {
    const log = await logOf('a', 'b')
    expect(await judgeLog(log, PLACE, { end: 2, mark: mark(1, 'b') })).toBe('same')
    expect(await judgeLog(log, PLACE, { end: 2, mark: mark(1, 'x') })).toBe('other')
    expect([await judgeLog(log, PLACE, { end: 2, mark: null }), await judgeLog(log, PLACE, { end: 2, mark: undefined })]).toEqual([
      'unknown',
      'unknown',
    ])
  })
})
