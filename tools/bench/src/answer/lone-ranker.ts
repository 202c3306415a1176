import { randomUUID } from 'node:crypto'
import { Event, Result, UserState } from '@freshet/contracts'
import { ranker as contract } from '@freshet/contracts/services'
import { openTable, unique } from '@freshet/embedding'
import { crossPart, type Dictionary, itemPart, userKey, userPart } from '@freshet/features'
import { bytesOf, type Clock, randomBelow, randomUnit, systemClock } from '@freshet/kernel'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { compileOnnx } from '@freshet/onnx'
import { compileServingGraphs, ItemIndex, readUsers, Recommender, type ServingGraphs, ServingModel, VectorBuilder } from '@freshet/ranking'
import type { FilmShop } from './film-shop'

const PARTITIONS = 8
const SEED = 23
const LIMIT = 10
const LESSONS = 32

/** What stands between a request's bytes and its answer's, in one process: the product's own pieces without transport. */
export class LoneRanker {
  /** Candidates of the last answer. */
  candidates = 0
  /** Bytes of impressions that were encoded. */
  impressionBytes = 0
  private readonly model: ServingModel
  private readonly index: ItemIndex
  private readonly vectors: VectorBuilder
  private readonly recommender: Recommender
  private readonly lessons: Result[] = []
  private step = 1

  private constructor(
    private readonly dictionary: Dictionary,
    private readonly shop: FilmShop,
    private readonly modelSet: ModelSet,
    graphs: ServingGraphs,
  ) {
    const { rowWidth: width, segments, rowScales } = modelSet
    const clock: Clock = { ...systemClock, nowMs: () => shop.endMs }
    this.model = new ServingModel(modelSet, () => openTable({ width, segments, rowScales, seed: SEED }), PARTITIONS)
    this.index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
    this.vectors = new VectorBuilder({ index: this.index, model: this.model, itemTower: graphs.item, clock })
    const states = new Map(Array.from(shop.users, ([userId, state]) => [userKey(userId), UserState.encode(state).finish()]))
    const store = {
      positions: async () => ({ events: 0, touches: 0, catalog: 0 }),
      read: async (_: number, keys: readonly string[]) => keys.map((key) => states.get(key)),
    }
    this.recommender = new Recommender({
      ...{ dictionary, modelSet, model: this.model, graphs: this.counting(graphs), index: this.index, clock, newRequestId: randomUUID },
      users: readUsers(store, { partitions: PARTITIONS, clock, deadlineMs: 20 }),
      impressions: { offer: (event) => (this.impressionBytes += Event.encode(event).finish().length) > 0 },
    })
  }

  /** A ranker of all films whose model has learned a row for every id that there is. */
  static async open(dictionary: Dictionary, shop: FilmShop, ratingsPerLesson: number): Promise<LoneRanker> {
    const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)
    const ranker = new LoneRanker(dictionary, shop, modelSet, await compileServingGraphs(modelSet, compileOnnx()))
    for (const [itemId, state] of shop.items) ranker.index.upsert(itemId, state, shop.endMs)
    const pairs = [...shop.users.keys()].flatMap((userId, i) => [ranker.idsOf(userId, `i${i}`)])
    const others = [...shop.items.keys()].map((itemId, i) => ranker.idsOf(`u${i % shop.users.size}`, itemId))
    ranker.model.apply(ranker.resultOf([...pairs, ...others], LESSONS, modelSet.initialDense()))
    ranker.prepare(ratingsPerLesson)
    await ranker.vectors.refresh()
    return ranker
  }

  /** The answer to a request, from bytes to bytes. */
  async answer(request: Uint8Array): Promise<Uint8Array> {
    const answer = await this.recommender.recommend(contract.RecommendRequest.decode(request))
    return contract.RecommendResponse.encode({ ...answer, experiment: {} }).finish()
  }

  /** Learns from some ratings in one step, by value, as the journal says it; and lets the background have one turn. */
  async learn(): Promise<void> {
    const toStep = ++this.step
    this.model.apply({ ...this.lessons[toStep % LESSONS], fromStep: toStep, toStep })
    await this.vectors.step()
  }

  /** Results of steps of so many ratings each, made ahead: they come round again. */
  private prepare(ratings: number): void {
    const { items, users } = this.shop
    for (let lesson = 0; lesson < LESSONS; lesson++) {
      const draw = (count: number, i: number, salt: number): number => randomBelow(count, SEED, lesson * ratings + i, salt)
      const ids = Array.from({ length: ratings }, (_, i) => this.idsOf(`u${draw(users.size, i, 1)}`, `i${draw(items.size, i, 2)}`))
      this.lessons.push(this.resultOf(ids, lesson))
    }
  }

  /** All ids of one example. */
  private idsOf(userId: string, itemId: string): Uint32Array {
    const { dictionary, shop } = this
    const [user, item, nowMs] = [shop.users.get(userId), shop.items.get(itemId), shop.endMs]
    const parts = [
      userPart(dictionary, user, { userId, nowMs }),
      itemPart(dictionary, item, { itemId, nowMs }),
      crossPart(dictionary, { userId, user, itemId, item, context: {}, nowMs }),
    ]
    return Uint32Array.from(parts.flatMap(({ ids }) => [...ids]))
  }

  /** New values for the rows of some ids. */
  private resultOf(examples: readonly Uint32Array[], salt: number, dense: Float32Array = new Float32Array(0)): Result {
    const all = Uint32Array.from(examples.flatMap((pairs) => [...pairs]))
    const { ids, count } = unique(all, all.length / 2)
    const values = Float32Array.from({ length: count * this.modelSet.rowWidth }, (_, i) => (randomUnit(SEED, salt, i) - 0.5) / 4)
    const contains = new Array<number>(PARTITIONS).fill(1)
    const rows = { rowIds: bytesOf(ids), rowValues: bytesOf(values) }
    return Result.create({ fromStep: 1, toStep: 1, contains, ...rows, dense: bytesOf(dense), denseLength: dense.length })
  }

  /** The rank graph, watched: how many candidates its runs have. */
  private counting(graphs: ServingGraphs): ServingGraphs {
    const { rankParts } = graphs
    const run: typeof rankParts.run = (feeds) => {
      this.candidates = feeds.itemParts.shape[0]
      return rankParts.run(feeds)
    }
    return { ...graphs, rankParts: { run, release: () => rankParts.release() } }
  }
}

/** The bytes of a request for a short list. */
export const requestOf = (userId: string): Uint8Array =>
  contract.RecommendRequest.encode({
    ...{ userId, sessionId: '', surface: 'bench', limit: LIMIT, context: {}, rules: undefined },
    ...{ explain: false, dryRun: false, includeSeen: false },
  }).finish()
