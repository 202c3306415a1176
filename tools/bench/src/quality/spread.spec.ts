import { atLeast } from '../harness/report'
import { overSeeds } from './spread'

describe('overSeeds', () => {
  it('gives mean and sample standard deviation', () => {
    expect(overSeeds('x_auc', [0.9, 0.8, 0.7], { unit: 'auc' })).toEqual({
      x_auc: { value: expect.closeTo(0.8, 12), unit: 'auc' },
      x_auc_spread: { value: expect.closeTo(0.1, 12), unit: 'auc' },
    })
  })

  it('says no spread of one seed, and carries the goal', () => {
    const goal = atLeast(0.5)
    expect(overSeeds('x', [0.6], { unit: 'auc', goal })).toEqual({ x: { value: 0.6, unit: 'auc', goal } })
  })
})
