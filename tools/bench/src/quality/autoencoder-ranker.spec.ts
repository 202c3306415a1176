import { interpretGraph } from '@freshet/tensor'
import { autoencoderRanker, type AutoencoderCraft } from './autoencoder-ranker'
import { popularity } from './baselines/simple'
import type { QualityScope } from './quality-set'
import { type ItemsByUser, judge, type RankingTask } from './ranking-task'
import { splitByUser } from './splits'

const ITEMS = 24
const CRAFT: AutoencoderCraft = {
  ...{ width: 8, activation: 'tanh', hidden: 0.5, decay: 1e-4, batchSize: 10, passes: 4, epochsMax: 6 },
  rows: { kind: 'adam', learningRate: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  optimiser: { kind: 'adam' },
  schedule: { kind: 'constant', rate: 0.03 },
}

/** Users of two tastes, each with most of the even or most of the odd items; the last has nothing. */
const LISTS: ItemsByUser = Array.from({ length: 21 }, (_, user) =>
  Array.from({ length: user < 20 ? ITEMS / 2 : 0 }, (_, i) => 2 * i + (user % 2)).filter((item) => (item * 7 + user * 5) % 4 !== 0),
)
const { kept, rest } = splitByUser(LISTS, 0.75, 1)
const test: RankingTask = { items: ITEMS, histories: kept, masked: kept, targets: rest }
const stages = { validation: test, test }

const scope = (said: string[] = []): QualityScope & { seed: number } => ({
  ...{ directory: '', seeds: [1], seed: 1, isQuick: false, compile: interpretGraph },
  say: (text) => said.push(text),
  keep: () => undefined,
})

describe('autoencoderRanker', () => {
  it('learns tastes: what is listed first is of the user’s own kind, which popularity cannot tell', async () => {
    const { scorer, close } = await autoencoderRanker(CRAFT).train(stages, scope())
    expect((await judge(test, scorer, 2)).hitRate).toBeGreaterThan(0.95)
    expect((await judge(test, popularity(test), 2)).hitRate).toBeLessThan(0.8)
    await close()
  })

  it('scores the same for the same seed, and something else for another', async () => {
    const scores = async (seed: number): Promise<number[]> => {
      const { scorer, close } = await autoencoderRanker({ ...CRAFT, epochsMax: 1 }).train(stages, { ...scope(), seed })
      const [of] = await scorer([3])
      await close()
      return [...of]
    }
    const [one, again, other] = [await scores(1), await scores(1), await scores(2)]
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('is held small by decay: with much of it, all users are told nearly the same', async () => {
    const spread = async (decay: number): Promise<number> => {
      const { scorer, close } = await autoencoderRanker({ ...CRAFT, decay }).train(stages, scope())
      const [one, other] = await scorer([0, 1])
      await close()
      return Math.max(...one.map((score, item) => Math.abs(score - other[item])))
    }
    expect(await spread(1)).toBeLessThan(0.1 * (await spread(0)))
  })

  it('says what was chosen', () => {
    expect(autoencoderRanker(CRAFT).chosen).toBe(
      'width 8, tanh, 0.5 of a history hidden, vectors decay by 0.0001, rows by adam, layers by adam, constant rate 0.03, batches of 10, validated each 4 passes',
    )
  })
})
