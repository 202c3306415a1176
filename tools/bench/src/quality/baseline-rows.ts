import type { CompileGraph } from '@freshet/tensor'
import { type EaseOptions, fitEase } from './baselines/ease'
import { itemKnn, type Neighbourhood } from './baselines/item-knn'
import { chance, popularity } from './baselines/simple'
import type { ListQuality } from './metrics/lists'
import { judge, type RankingTask } from './ranking-task'
import type { Stages } from './splits'

/** How long the lists are that all tables judge. */
export const LIST_LENGTH = 10

/** A row of a table: a model, what was chosen for it on validation, and its quality on the test. */
export interface Row {
  readonly model: string
  readonly chosen?: string
  readonly quality: ListQuality
}

/** What rows are made with. */
export interface BaselineScope {
  readonly seed: number
  readonly ridges: readonly number[]
  readonly neighbourhoods: readonly Neighbourhood[]
  readonly compile: CompileGraph
}

/** What is printed beside every learned model: lot, popularity, neighbours, and the closed-form linear item model. */
export async function baselineRows({ validation, test }: Stages, { seed, ridges, neighbourhoods, compile }: BaselineScope): Promise<Row[]> {
  const ridge = await bestRidge(validation, { ridges, compile })
  const near = await bestBy(neighbourhoods, async (each) => (await judge(validation, itemKnn(validation, each), LIST_LENGTH)).ndcg)
  return [
    { model: 'random', quality: await judge(test, chance(test, seed), LIST_LENGTH) },
    { model: 'popularity', quality: await judge(test, popularity(test), LIST_LENGTH) },
    { model: 'item_knn', chosen: spellNeighbourhood(near), quality: await judge(test, itemKnn(test, near), LIST_LENGTH) },
    { model: 'ease', chosen: `λ = ${ridge}`, quality: await judgeEase(test, { ridge, compile }) },
  ]
}

/** The λ of the linear item model that validation likes best. */
export const bestRidge = (
  validation: RankingTask,
  { ridges, compile }: { readonly ridges: readonly number[]; readonly compile: CompileGraph },
): Promise<number> => bestBy(ridges, async (ridge) => (await judgeEase(validation, { ridge, compile })).ndcg)

const judgeEase = async (task: RankingTask, options: EaseOptions): Promise<ListQuality> =>
  judge(task, await fitEase(task, options), LIST_LENGTH)

const spellNeighbourhood = ({ shrinkage, scaling }: Neighbourhood): string =>
  `shrinkage ${shrinkage}, a user of n items counts n^-${scaling}`

/** The candidate whose value is highest; a lone one is not asked. */
async function bestBy<T>(candidates: readonly T[], value: (candidate: T) => Promise<number>): Promise<T> {
  if (candidates.length === 1) return candidates[0]
  const values: number[] = []
  for (const candidate of candidates) values.push(await value(candidate))
  return candidates[values.indexOf(Math.max(...values))]
}
