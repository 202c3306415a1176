import type { Ledger } from '../fleet/ledger'
import { weigh } from './verdict'

describe('what was accepted against what was learned', () => {
  const ledger: Ledger = {
    events: new Map([
      ['a', { partition: 0, offset: 0 }],
      ['b', { partition: 0, offset: 1 }],
    ]),
    taken: new Set(['0/0/0', '0/1/0']),
    told: [{ learned: 1, due: 1 }],
    due: 4,
    unkept: 0,
  }
  const afresh = { groups: new Set(['0/0/0', '0/1/0']), sent: { lost: 0, unexpected: 0 } }

  it('balances where each group was learned once', () => {
    expect(weigh({ accepted: ['a', 'b'], examples: 4 }, ledger, afresh)).toEqual({ lost: 0, doubled: 0 })
  })

  it('is lost where an accepted event is not in the log, or no cut took a group', () => {
    expect(weigh({ accepted: ['a', 'c'], examples: 4 }, ledger, afresh).lost).toBe(1)
    const more = { ...afresh, groups: new Set([...afresh.groups, '0/7/0']) }
    expect(weigh({ accepted: ['a'], examples: 4 }, ledger, more).lost).toBe(1)
  })

  it('is lost where a cut took a group and the trainer did not count its examples', () => {
    expect(weigh({ accepted: ['a', 'b'], examples: 1 }, ledger, afresh)).toEqual({ lost: 3, doubled: 0 })
  })

  it('is doubled where the trainer counted more examples than there are, or learned what should not be there', () => {
    expect(weigh({ accepted: [], examples: 6 }, ledger, afresh).doubled).toBe(2)
    expect(weigh({ accepted: [], examples: 4 }, ledger, { ...afresh, groups: new Set(['0/0/0']) }).doubled).toBe(1)
  })

  it('is lost, or doubled, where what was sent is', () => {
    const spoilt = { ...afresh, sent: { lost: 2, unexpected: 5 } }
    expect(weigh({ accepted: ['a', 'b'], examples: 4 }, ledger, spoilt)).toEqual({ lost: 2, doubled: 5 })
  })
})
