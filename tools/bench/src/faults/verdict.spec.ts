import type { Ledger } from '../fleet/ledger'
import { weigh } from './verdict'

describe('what was accepted against what was learned', () => {
  const ledger: Ledger = {
    events: new Map([
      ['a', { partition: 0, offset: 0 }],
      ['b', { partition: 0, offset: 1 }],
    ]),
    learned: new Map([
      ['0/0/0', 1],
      ['0/1/0', 3],
    ]),
  }
  const groups = new Set(['0/0/0', '0/1/0'])

  it('balances where each group was learned once', () => {
    expect(weigh({ accepted: ['a', 'b'], examples: 4 }, ledger, { groups })).toEqual({ lost: 0, doubled: 0 })
  })

  it('is lost where an accepted event is not in the log, or a group was not learned', () => {
    expect(weigh({ accepted: ['a', 'c'], examples: 4 }, ledger, { groups }).lost).toBe(1)
    expect(weigh({ accepted: ['a'], examples: 4 }, ledger, { groups: new Set([...groups, '0/7/0']) }).lost).toBe(1)
  })

  it('is doubled where the trainer counted more examples than there are, or learned what should not be there', () => {
    expect(weigh({ accepted: [], examples: 6 }, ledger, { groups }).doubled).toBe(2)
    expect(weigh({ accepted: [], examples: 4 }, ledger, { groups: new Set(['0/0/0']) }).doubled).toBe(1)
  })
})
