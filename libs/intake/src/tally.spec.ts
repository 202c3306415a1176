import { DiskFullError } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { refusedBy } from './outcome'
import { createTally } from './tally'

describe('a tally', () => {
  it('counts what was taken, and what was not, by code', () => {
    const tally = createTally()
    tally.count([
      { kind: 'accepted', partition: 0, offset: 0 },
      refusedBy(new DiskFullError('/data')),
      refusedBy(new DiskFullError('/data')),
    ])
    tally.count([refusedBy(new RangeError('gone'))])
    expect(tally.read()).toEqual({ accepted: 1, refused: 3, refusedByCode: { DISK_FULL: 2, UNAVAILABLE: 1 } })
  })

  it('shows what it had counted, not what it will', () => {
    const tally = createTally()
    const before = tally.read()
    tally.count([refusedBy(new DiskFullError('/data'))])
    expect(before).toEqual({ accepted: 0, refused: 0, refusedByCode: {} })
  })
})

describe('a refusal by an error', () => {
  it('keeps one of ours, and takes any other for an outage that may pass', () => {
    const ours = new DiskFullError('/data')
    expect(refusedBy(ours).error).toBe(ours)
    expect(refusedBy(new RangeError('gone')).error).toBeInstanceOf(UnavailableError)
    expect(refusedBy('gone').error).toMatchObject({ retryable: true, message: expect.stringContaining('gone') })
  })
})
