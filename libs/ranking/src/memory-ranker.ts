import type { UserState } from '@freshet/contracts'
import type { Table } from '@freshet/embedding'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import type { ModelSet } from '@freshet/model'
import type { CompileGraph } from '@freshet/tensor'
import type { Answer, RecommendQuery } from './answer'
import { ItemIndex } from './item-index'
import { Recommender } from './recommender'
import { ServingModel, type LearnedInPlace } from './serving-model'
import { compileServingGraphs } from './towers'
import { VectorBuilder } from './vector-builder'

/** What a ranker in memory is made of. */
export interface MemoryRankerOptions {
  readonly dictionary: Dictionary
  readonly modelSet: ModelSet
  readonly compile: CompileGraph
  /** The table that is being learned: shared, so that rows reach answers without a copy. */
  readonly table: Table
  readonly clock: Clock
  readonly partitions: number
  /** A user's state as it is now. */
  readonly userState: (actor: string) => UserState | undefined
}

/**
 * A ranker without processes: the very code that serves, driven by whoever holds model, items and users in memory, so that an
 * evaluation measures what is served.
 */
export interface MemoryRanker {
  /** Put items in by `upsert`. */
  readonly index: ItemIndex
  /** Notes what a step did to the table and the dense parameters. */
  learned(change: LearnedInPlace): void
  /** Puts new dense parameters into service, with all vectors made anew. */
  refresh(): Promise<void>
  /** Makes the vectors of items that changed since, with the parameters in service. */
  renewChanged(): Promise<void>
  /** Answers; no impression is logged. */
  recommend(query: RecommendQuery): Promise<Answer>
}

/** Opens a ranker in memory. */
export async function openMemoryRanker(options: MemoryRankerOptions): Promise<MemoryRanker> {
  const { dictionary, modelSet, compile, table, clock, partitions, userState } = options
  const graphs = await compileServingGraphs(modelSet, compile)
  const model = new ServingModel(modelSet, () => table, partitions)
  const index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
  const vectors = new VectorBuilder({ index, model, itemTower: graphs.item, clock })
  let requests = 0
  const recommender = new Recommender({
    ...{ dictionary, modelSet, model, graphs, index, clock },
    users: { read: async (actor) => ({ state: userState(actor), partition: 0, position: 0 }) },
    newRequestId: () => String(++requests),
  })
  return {
    index,
    learned: (change) => model.learned(change),
    refresh: () => vectors.refresh(),
    renewChanged: () => vectors.renewChanged(),
    recommend: (query) => recommender.recommend(query),
  }
}
