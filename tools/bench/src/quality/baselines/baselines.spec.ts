import { randomBelow } from '@freshet/kernel'
import { interpretGraph } from '@freshet/tensor'
import type { RankingTask, Scorer } from '../ranking-task'
import { fitEase } from './ease'
import { itemKnn } from './item-knn'
import { chance, popularity } from './simple'

const taskOf = (histories: number[][], items: number): RankingTask => ({
  items,
  histories,
  masked: histories,
  targets: histories.map(() => []),
})
const firstOf = async (scorer: Scorer, user: number): Promise<number[]> => [...(await scorer([user]))[0]]

describe('popularity', () => {
  it('counts users, not events', async () => {
    expect(await firstOf(popularity(taskOf([[0, 0, 1], [1]], 3)), 0)).toEqual([1, 2, 0])
  })
})

describe('chance', () => {
  it('gives each user other lots, and the same ones again', async () => {
    const [one, other, again] = [await firstOf(chance(taskOf([[], []], 9), 5), 0), await firstOf(chance(taskOf([[], []], 9), 5), 1), await firstOf(chance(taskOf([[], []], 9), 5), 0)] // prettier-ignore
    expect(one).not.toEqual(other)
    expect(again).toEqual(one)
  })
})

describe('itemKnn', () => {
  it('adds up cosines, as by hand', async () => {
    // who had 0: {0, 1}; 1: {0, 1, 2}; 2: {2}
    const scores = await firstOf(itemKnn(taskOf([[0, 1], [0, 1], [1, 2]], 3)), 2) // prettier-ignore
    expect(scores[0]).toBeCloseTo(2 / Math.sqrt(6), 6)
    expect(scores[1]).toBeCloseTo(1 + 1 / Math.sqrt(3), 6)
    expect(scores[2]).toBeCloseTo(1 + 1 / Math.sqrt(3), 6)
  })

  it('shrinks what few users had together, as by hand', async () => {
    const scores = await firstOf(itemKnn(taskOf([[0, 1], [0, 1], [1, 2]], 3), { shrinkage: 2, scaling: 0 }), 2) // prettier-ignore
    expect(scores[0]).toBeCloseTo(2 / (Math.sqrt(6) + 2), 6)
    expect(scores[2]).toBeCloseTo(1 / (1 + 2) + 1 / (Math.sqrt(3) + 2), 6)
  })

  it('lets who had much say less, as by hand', async () => {
    // who had 0: {0, 1}; 1: {0, 1}; 2: {1}; 3: {1}: user 0 counts 1/2, user 1 counts 1/4
    const scorer = itemKnn(taskOf([[0, 1], [0, 1, 2, 3]], 4), { shrinkage: 0, scaling: 1 }) // prettier-ignore
    const [own, , far] = await firstOf(scorer, 0)
    expect(own).toBeCloseTo(2, 6)
    expect(far).toBeCloseTo((2 * 0.25) / Math.sqrt(0.75 * 0.25), 6)
    const root = await firstOf(itemKnn(taskOf([[0, 1], [0, 1, 2, 3]], 4), { shrinkage: 0, scaling: 0.5 }), 0) // prettier-ignore
    expect(root[2]).toBeCloseTo((2 * 0.5) / Math.sqrt((Math.SQRT1_2 + 0.5) * 0.5), 6)
  })

  it('says the same of a user whoever was asked before', async () => {
    const scorer = itemKnn(taskOf([[0, 1, 1], [1, 2], [2, 0, 3]], 4), { shrinkage: 1, scaling: 0.5 }) // prettier-ignore
    const first = await firstOf(scorer, 0)
    await scorer([2, 1])
    expect(await firstOf(scorer, 0)).toEqual(first)
  })

  it('knows nothing of an item that nobody had', async () => {
    expect(await firstOf(itemKnn(taskOf([[0]], 2)), 0)).toEqual([1, 0])
  })
})

describe('fitEase', () => {
  it('gives the weights of the paper, as by hand: two items, three users', async () => {
    // XᵀX + λI = [[3, 1], [1, 3]] with λ = 1, P = [[3, −1], [−1, 3]] / 8, B₀₁ = −P₀₁ / P₁₁ = 1/3
    const scorer = await fitEase(taskOf([[0, 1], [0], [1]], 2), { ridge: 1, compile: interpretGraph }) // prettier-ignore
    const expected = [[1 / 3, 1 / 3], [0, 1 / 3], [1 / 3, 0]] // prettier-ignore
    for (const [user, scores] of expected.entries()) {
      expect(await firstOf(scorer, user)).toEqual(scores.map((score) => expect.closeTo(score, 6)))
    }
  })

  it('says the same over users as over items', async () => {
    const histories = Array.from({ length: 12 }, (_, user) => Array.from({ length: 4 }, (_, draw) => randomBelow(9, 3, user, draw)))
    const overItems = await fitEase(taskOf(histories, 9), { ridge: 2, compile: interpretGraph })
    // items that nobody had turn the same problem into one with fewer users than items
    const overUsers = await fitEase(taskOf(histories, 20), { ridge: 2, compile: interpretGraph })
    for (let user = 0; user < 12; user++) {
      const [expected, got] = [await firstOf(overItems, user), await firstOf(overUsers, user)]
      expected.forEach((value, item) => expect(got[item]).toBeCloseTo(value, 5))
      expect(got.slice(9)).toEqual(new Array<number>(11).fill(0))
    }
  })

  it('scores an item without its own help', async () => {
    const scorer = await fitEase(taskOf([[0], [0], [1]], 2), { ridge: 1, compile: interpretGraph }) // prettier-ignore
    expect(await firstOf(scorer, 0)).toEqual([expect.closeTo(0, 6), expect.closeTo(0, 6)])
  })
})
