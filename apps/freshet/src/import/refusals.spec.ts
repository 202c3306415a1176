import type { ingest } from '@freshet/contracts/services'
import { createAcknowledgementTally, retryableOf } from './refusals'

const accepted: ingest.Acknowledgement = { outcome: { $case: 'accepted', accepted: { partition: 0, offset: 0 } } }
const rejected = (field: string, given: Partial<ingest.Rejection> = {}): ingest.Acknowledgement => ({
  outcome: {
    $case: 'rejected',
    rejected: { code: 'INVALID_FIELD', field, value: '', message: `wrong ${field}`, retryable: false, ...given },
  },
})

describe('a tally of acknowledgements', () => {
  it('counts what was accepted, and refusals by code and field, the most frequent first', () => {
    const tally = createAcknowledgementTally()
    tally.count([accepted, rejected('type'), rejected('value')])
    tally.count([rejected('value'), accepted, accepted, rejected('value', { code: 'MESSAGE_TOO_LARGE' })])
    expect(tally.accepted).toBe(3)
    expect(tally.reasons.map(({ code, field, count }) => [code, field, count])).toEqual([
      ['INVALID_FIELD', 'value', 2],
      ['INVALID_FIELD', 'type', 1],
      ['MESSAGE_TOO_LARGE', 'value', 1],
    ])
  })

  it('keeps the first of each kind as an example, and takes the places of a list for one', () => {
    const tally = createAcknowledgementTally()
    tally.count([rejected('impression.items[3].score', { message: 'first' }), rejected('impression.items[7].score', { message: 'second' })])
    expect(tally.reasons).toEqual([{ code: 'INVALID_FIELD', field: 'impression.items[].score', count: 2, example: 'first' }])
  })
})

describe('the refusal that a repetition may heal', () => {
  it('is found among those that none will', () => {
    const full = rejected('', { code: 'DISK_FULL', retryable: true })
    expect(retryableOf([accepted, rejected('type'), full])?.code).toBe('DISK_FULL')
    expect(retryableOf([accepted, rejected('type')])).toBeUndefined()
  })
})
