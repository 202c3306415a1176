import { interpretGraph } from '@freshet/tensor'
import { baselineRows } from './baseline-rows'
import { PLAIN_COSINE } from './baselines/item-knn'
import type { RankingTask } from './ranking-task'

/** Three users had 2 beside 0, as many others had it alone; one had 1 beside 0, and nobody else had it. */
const HISTORIES = [[0], [0, 1], [0, 2], [0, 2], [0, 2], ...new Array<number[]>(37).fill([2])]
const wanting = (item: number): RankingTask => ({
  ...{ items: 3, histories: HISTORIES, masked: HISTORIES },
  targets: HISTORIES.map((_, user) => (user === 0 ? [item] : [])),
})
const SHRUNK = { shrinkage: 5, scaling: 0 } as const
const scope = { seed: 1, ridges: [1], neighbourhoods: [PLAIN_COSINE, SHRUNK], compile: interpretGraph }
const neighbours = async (validation: RankingTask, test: RankingTask) =>
  (await baselineRows({ validation, test }, scope)).find(({ model }) => model === 'item_knn')

describe('baselineRows', () => {
  it('lets validation choose what is near, and reports it on the test', async () => {
    const shrunk = await neighbours(wanting(2), wanting(2))
    expect(shrunk).toMatchObject({ chosen: 'shrinkage 5, a user of n items counts n^-0', quality: { ndcg: 1 } })
    const plain = await neighbours(wanting(1), wanting(2))
    expect(plain?.chosen).toBe('shrinkage 0, a user of n items counts n^-0')
    expect(plain?.quality.ndcg).toBeCloseTo(1 / Math.log2(3), 6)
  })

  it('names all four baselines', async () => {
    const rows = await baselineRows({ validation: wanting(1), test: wanting(1) }, scope)
    expect(rows.map(({ model }) => model)).toEqual(['random', 'popularity', 'item_knn', 'ease'])
  })
})
