import { interpretGraph } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import type { QualityScope } from './quality-set'
import { judge } from './ranking-task'
import { sequenceRanker, type SequenceCraft } from './sequence-ranker'
import { leaveOneOut } from './splits'

const ITEMS = 12
const CRAFT: SequenceCraft = {
  ...{ positions: 4, width: 8, layers: 1, heads: 2, hidden: 8, dropout: 0, candidates: 64, batchSize: 16, epochsMax: 12, patience: 3 },
  rows: { kind: 'adam', learningRate: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  optimiser: { kind: 'adam' },
  schedule: { kind: 'constant', rate: 0.03 },
}

/** Everybody goes round the same circle, from a place of their own. */
const SEQUENCES = Array.from({ length: 24 }, (_, user) => Array.from({ length: 8 }, (_, place) => (user + place) % ITEMS))

const scope = (seed: number, said: string[] = []): QualityScope & { seed: number } => ({
  ...{ directory: '', seeds: [seed], seed, isQuick: false, compile: interpretGraph },
  say: (text) => said.push(text),
  keep: () => undefined,
})

describe('sequenceRanker', () => {
  const stages = leaveOneOut(SEQUENCES, ITEMS, { isHistoryMasked: false })

  it.each([
    ['all items', 64],
    ['items drawn anew for each cut', 8],
  ])('learns what follows what, compared with %s', async (_, candidates) => {
    const said: string[] = []
    const { scorer, watched, validation, close } = await sequenceRanker('transformer', { ...CRAFT, candidates }).train(
      stages,
      scope(1, said),
    )
    const quality = await judge(stages.test, scorer, 2)
    expect(quality.users).toBe(24)
    expect(quality.hitRate).toBeGreaterThan(0.9)
    expect(validation.ndcg).toBeGreaterThan(0.6)
    expect(await judge(stages.validation, watched, LIST_LENGTH)).toEqual(validation)
    expect(said.some((line) => line.endsWith('*'))).toBe(true)
    await close()
  })
})
