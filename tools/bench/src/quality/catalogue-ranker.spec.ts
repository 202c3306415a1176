import { interpretGraph } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import { catalogueRanker, type CatalogueCraft } from './catalogue-ranker'
import type { QualityScope } from './quality-set'
import { type ItemsByUser, judge, type RankingTask } from './ranking-task'
import { splitByUser } from './splits'

const ITEMS = 24
const CRAFT: CatalogueCraft = {
  ...{ width: 8, activation: 'tanh', hidden: 0.3, batchSize: 10, passes: 4, epochsMax: 6 },
  rows: { kind: 'adam', learningRate: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  optimiser: { kind: 'adam' },
  schedule: { kind: 'constant', rate: 0.03 },
}

/** Users of two tastes, each with most of the even or most of the odd items. */
const LISTS: ItemsByUser = Array.from({ length: 20 }, (_, user) =>
  Array.from({ length: ITEMS / 2 }, (_, i) => 2 * i + (user % 2)).filter((item) => (item * 7 + user * 5) % 4 !== 0),
)

const scope = (said: string[] = []): QualityScope & { seed: number } => ({
  ...{ directory: '', seeds: [1], seed: 1, isQuick: false, compile: interpretGraph },
  say: (text) => said.push(text),
  keep: () => undefined,
})

function taskOf({ kept, rest }: { kept: ItemsByUser; rest: ItemsByUser }): RankingTask {
  return { items: ITEMS, histories: kept, masked: kept, targets: rest }
}

describe('catalogueRanker', () => {
  const whole = splitByUser(LISTS, 0.75, 1)
  const test = taskOf(whole)

  it('learns tastes: what is listed first is of the user’s own kind', async () => {
    const { scorer, validation, curve, close } = await catalogueRanker('tower', CRAFT).train({ validation: test, test }, scope())
    expect(await judge(test, scorer, 2)).toMatchObject({ hitRate: expect.closeTo(1, 0) })
    expect(validation).toEqual(await judge(test, scorer, LIST_LENGTH))
    expect(Math.max(...curve.map(({ validation: { score } }) => score))).toBe(validation.ndcg)
    await close()
  })

  it('is trained again on all that the test lets it know, where validation took something out', async () => {
    const said: string[] = []
    const validation = taskOf(splitByUser(whole.kept, 0.75, 2))
    const trained = await catalogueRanker('tower', { ...CRAFT, epochsMax: 2 }).train({ validation, test }, scope(said))
    expect(said.filter((line) => line.includes('ndcg10'))).toHaveLength(2)
    expect(said.length).toBeGreaterThan(2)
    expect(await judge(validation, trained.watched, LIST_LENGTH)).toEqual(trained.validation)
    expect(await trained.scorer([0])).not.toEqual(await trained.watched([0]))
    await trained.close()
  })

  it('says what was chosen', () => {
    expect(catalogueRanker('tower', CRAFT).chosen).toBe(
      'width 8, tanh, 0.3 of a history hidden, rows by adam, layers by adam, constant rate 0.03, batches of 10, validated each 4 passes',
    )
  })
})
