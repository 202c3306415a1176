import type { EpochRecord } from '@freshet/learner'
import { spellEpoch } from './spell-epoch'

const record = (figures: Record<string, number>, isBest: boolean): EpochRecord => ({
  ...{ epoch: 3, steps: 30, examples: 100, loss: 0.25, learningRate: 0.1, isBest },
  validation: { score: 0.5, figures },
})

describe('spellEpoch', () => {
  it('says loss and what validation found, and marks the best so far', () => {
    expect(spellEpoch(record({ auc: 0.98125, logloss: 0.2 }, true))).toBe('epoch 3, loss 0.2500, auc 0.9812, logloss 0.2000 *')
    expect(spellEpoch(record({ auc: 0.5 }, false))).toBe('epoch 3, loss 0.2500, auc 0.5000')
  })

  it('calls nothing the best where nothing was validated', () => {
    expect(spellEpoch(record({}, true))).toBe('epoch 3, loss 0.2500')
  })
})
