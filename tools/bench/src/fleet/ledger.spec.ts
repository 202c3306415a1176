import { balance, type Ledger, weighLearned } from './ledger'

const ledger = (facts: Partial<Ledger> = {}): Ledger => ({
  events: new Map([
    ['a', { partition: 0, offset: 0 }],
    ['b', { partition: 0, offset: 1 }],
  ]),
  taken: new Set(['0/0/0', '0/1/0']),
  told: [],
  due: 10,
  unkept: 0,
  ...facts,
})

describe('what there was to learn against what was learned', () => {
  it('balances where the trainer counted each example once', () => {
    expect(weighLearned(ledger(), 10)).toEqual({ lost: 0, doubled: 0 })
  })

  it('says how many are lost where ten were cut and four were learned', () => {
    expect(weighLearned(ledger(), 4)).toEqual({ lost: 6, doubled: 0 })
  })

  it('says how many were learned beyond what there was', () => {
    expect(weighLearned(ledger(), 13)).toEqual({ lost: 0, doubled: 3 })
  })

  it('lets nothing that was learned twice make up for what was lost in another step', () => {
    const told = [
      { learned: 2, due: 4 },
      { learned: 8, due: 8 },
    ]
    expect(weighLearned(ledger({ told }), 10)).toEqual({ lost: 2, doubled: 2 })
  })

  it('counts as lost what was taken out on purpose and kept nowhere', () => {
    expect(weighLearned(ledger({ unkept: 3 }), 10)).toEqual({ lost: 3, doubled: 0 })
  })
})

describe('accepted events', () => {
  it('are lost where they stand nowhere, or where no cut took their example', () => {
    expect(balance(['a', 'b'], ledger(), 10).lost).toBe(0)
    expect(balance(['a', 'elsewhere'], ledger(), 10).lost).toBe(1)
    expect(balance(['a', 'b'], ledger({ taken: new Set(['0/0/0']) }), 10).lost).toBe(1)
  })

  it('are lost together with what was cut and not learned', () => {
    expect(balance(['a', 'elsewhere'], ledger(), 7)).toEqual({ lost: 4, doubled: 0 })
  })
})
