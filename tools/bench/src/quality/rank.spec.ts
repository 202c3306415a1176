import type { EpochRecord } from '@freshet/learner'
import { interpretGraph } from '@freshet/tensor'
import type { QualityScope } from './quality-set'
import { type LearnedRanker, rankingQuality } from './rank'
import type { RankingTask } from './ranking-task'
import type { RankingSet } from './sets/ranking-set'

const task: RankingTask = { items: 4, histories: [[0], [1], [0, 1]], masked: [[0], [1], [0, 1]], targets: [[1], [0], [2]] }
const set: RankingSet = {
  ...{ name: 'toy', prefix: 'toy', shown: ['hitRate', 'ndcg'], note: 'made up', ridges: [1], isSplitDrawn: true },
  open: (directory) => (directory === 'here' ? () => ({ validation: task, test: task }) : undefined),
}

const EPOCH: EpochRecord = {
  ...{ epoch: 1, examples: 3, loss: 0.4, steps: 1, learningRate: 0.1, isBest: true },
  validation: { score: 0.5, figures: {} },
}

/** A ranker that gives every user the same scores, and claims to have been validated so well. */
const fixed = (model: string, scores: readonly number[], claimed: number, closed: string[] = []): LearnedRanker => ({
  ...{ model, chosen: 'nothing' },
  train: async () => ({
    validation: { users: 3, hitRate: 0, ndcg: claimed, precision: 0, recall: 0, map: 0 },
    curve: [EPOCH],
    watched: async (users) => users.map(() => Float32Array.from(scores)),
    scorer: async (users) => users.map(() => Float32Array.from(scores)),
    close: async () => void closed.push(model),
  }),
})

const scopeOf = (said: string[] = [], directory = 'here'): QualityScope => ({
  ...{ directory, seeds: [1, 2], isQuick: false, compile: interpretGraph },
  say: (text) => said.push(text),
  keep: () => undefined,
})

describe('rankingQuality', () => {
  it('gives no figures where the data is absent', async () => {
    expect(await rankingQuality(set, [], {}).run(scopeOf([], 'elsewhere'))).toBeUndefined()
  })

  it('prints the baselines beside what was learned, for every seed', async () => {
    const said: string[] = []
    const figures = await rankingQuality(set, [fixed('mine', [4, 3, 2, 1], 0.5)], {}).run(scopeOf(said))
    for (const model of ['random', 'popularity', 'item_knn', 'ease', 'mine']) {
      expect(figures).toHaveProperty(`toy_${model}_hr10`)
      expect(said.filter((line) => line.includes(`, ${model}: hr10`))).toHaveLength(2)
    }
  })

  it('asks the baselines once where the split is given', async () => {
    const said: string[] = []
    await rankingQuality({ ...set, isSplitDrawn: false }, [fixed('mine', [4, 3, 2, 1], 0.5)], {}).run(scopeOf(said))
    expect(['ease', 'mine'].map((model) => said.filter((line) => line.includes(`, ${model}: hr10`)).length)).toEqual([1, 2])
  })

  it('keeps the learning curve of every seed and model', async () => {
    const kept: string[] = []
    const keep = (name: string, svg: string): void => void kept.push(`${name}: ${/<text[^>]*>([^<]*)/.exec(svg)?.[1]}`)
    await rankingQuality(set, [fixed('mine', [4, 3, 2, 1], 0.5)], {}).run({ ...scopeOf(), keep })
    expect(kept).toEqual([1, 2].map((seed) => `toy-mine-${seed}.svg: mine on toy, seed ${seed}`))
  })

  it('lets validation, and never the test, decide which model is the best', async () => {
    const closed: string[] = []
    const good = fixed('good', [4, 4.5, 3, 1], 0.1, closed)
    const favoured = fixed('favoured', [0, 0, 0, 1], 0.9, closed)
    const figures = await rankingQuality(set, [good, favoured], { ndcg: 0.99 }).run(scopeOf())
    expect(figures?.toy_ndcg10.value).toBe(figures?.toy_favoured_ndcg10.value)
    expect(figures?.toy_good_ndcg10.value).toBeGreaterThan(figures?.toy_favoured_ndcg10.value ?? 1)
    expect(figures?.toy_ndcg10.goal?.text).toBe('≥ 0.99')
    expect(closed).toEqual(['good', 'favoured', 'good', 'favoured'])
  })

  it('judges what is learned once more with the linear item model beside it, where a set asks for that', async () => {
    const said: string[] = []
    const figures = await rankingQuality({ ...set, isStacked: true }, [fixed('mine', [4, 3, 2, 1], 0.5)], {}).run(scopeOf(said))
    expect(figures).toHaveProperty('toy_mine_and_ease_ndcg10')
    expect(figures?.toy_ndcg10.value).toBe(figures?.toy_mine_ndcg10.value)
    expect(said.filter((line) => /mine_and_ease: .* of EASE with λ = 1/.test(line))).toHaveLength(2)
    const without = await rankingQuality(set, [fixed('mine', [4, 3, 2, 1], 0.5)], {}).run(scopeOf())
    expect(without).not.toHaveProperty('toy_mine_and_ease_ndcg10')
  })

  it('leaves the figure empty where nothing learned was tried', async () => {
    const figures = await rankingQuality(set, [], { hitRate: 0.5 }).run(scopeOf())
    expect(figures?.toy_hr10.value).toBeNull()
    expect(figures?.toy_ease_hr10.value).toBeGreaterThan(0)
  })
})
