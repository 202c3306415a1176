import { declareWideAndDeep } from '@freshet/model'
import { interpretGraph } from '@freshet/tensor'
import { type ClickTask, fitClicks } from './click-fit'
import type { LabelledFields } from './data/libfm'

const ADAM = { kind: 'adam', learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** Clicks that follow from both fields together: neither says anything alone. */
function clicks(count: number, from: number): LabelledFields {
  const ids = new Uint32Array(2 * count)
  const labels = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const [a, b] = [(from + i) % 5, ((from + i) * 7) % 4]
    ids.set([a, 10 + b], 2 * i)
    labels[i] = (a + b) % 2
  }
  return { count, fields: 2, ids, labels }
}

const taskOf = (changed: Partial<ClickTask> = {}): ClickTask => ({
  model: declareWideAndDeep({ fields: [1, 1], dimensions: 4, hidden: [8], embeddings: ADAM, weights: ADAM }),
  craft: { optimiser: { kind: 'adam' }, schedule: { kind: 'constant', rate: 0.02 }, batchSize: 16, epochsMax: 12 },
  ...{ decay: 0, train: clicks(120, 0), validation: clicks(40, 3), test: clicks(40, 11), seed: 1, compile: interpretGraph },
  ...changed,
})

describe('fitClicks', () => {
  it('learns what fields say together, and judges the best epoch on the test', async () => {
    const { test, best, curve } = await fitClicks(taskOf())
    expect(test.auc).toBeGreaterThan(0.95)
    expect(best.validation.figures.auc).toBe(best.validation.score)
    expect(Math.max(...curve.map(({ validation }) => validation.score))).toBe(best.validation.score)
  })

  it('gives the same for a seed, and something else for another', async () => {
    const short = { craft: { ...taskOf().craft, epochsMax: 2 } }
    const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => fitClicks(taskOf({ ...short, seed }))))
    expect(again).toEqual(one)
    expect(other.test).not.toEqual(one.test)
  })

  it('pulls rows to 0 where decay is all that counts: then every example looks alike', async () => {
    const spread = async (decay: number): Promise<number> => {
      const { curve } = await fitClicks(taskOf({ decay, craft: { ...taskOf().craft, epochsMax: 12 } }))
      return curve[curve.length - 1].loss
    }
    expect(await spread(5)).toBeGreaterThan(1.5 * (await spread(0)))
  })
})
