import type { ItemState, UserState } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { compileServingGraphs, ItemIndex, Recommender, ServingModel, VectorBuilder } from '@freshet/ranking'
import type { CompileGraph } from '@freshet/tensor'
import { Learning, type Learned } from './learning'

const DENSE_EVERY_STEPS = 8 // about as often as a ranker has rebuilt its vectors for new dense parameters
const FACTS = { sessionId: '', surface: '', context: {}, rules: undefined, explain: false, dryRun: true, includeSeen: false }

/** What serving is made from. */
export interface ServingParts {
  readonly dictionary: Dictionary
  readonly learning: Learning
  readonly compile: CompileGraph
  readonly user: (userId: string) => UserState | undefined
}

/** A ranker without a journal: the very code that answers, over the learner's own table. */
export class Serving {
  private nowMs = 0
  private denseStep = -DENSE_EVERY_STEPS

  private constructor(
    private readonly model: ServingModel,
    readonly index: ItemIndex,
    private readonly vectors: VectorBuilder,
    private readonly recommender: () => Recommender,
    private readonly learning: Learning,
  ) {}

  static async open({ dictionary, learning, compile, user }: ServingParts): Promise<Serving> {
    const { modelSet } = learning
    const graphs = await compileServingGraphs(modelSet, compile)
    const model = new ServingModel(modelSet, () => Learning.emptyTable(dictionary, modelSet), 1)
    const index = new ItemIndex(dictionary, dictionary.declared.model.recall.width)
    const moment: Clock = { nowMs: () => serving.nowMs, monotonicMs: () => 0, sleep: () => Promise.resolve() }
    const vectors = new VectorBuilder({ index, model, itemTower: graphs.item, clock: moment })
    const users = { read: async (userId: string) => ({ state: user(userId), partition: 0, position: 0 }) }
    const options = { dictionary, model, graphs, index, users, clock: moment, newRequestId: () => '' }
    const recommender = new Recommender(options)
    const serving = new Serving(model, index, vectors, () => recommender, learning)
    return serving
  }

  /** An item as it now is. */
  upsert(itemId: string, state: ItemState | undefined, nowMs: number): void {
    this.nowMs = nowMs
    this.index.upsert(itemId, state, nowMs)
  }

  /** Follows what a cut did: rows at once, dense parameters when they are due. */
  learned({ touched, touchedCount }: Learned): void {
    this.index.markRows(touched, touchedCount)
  }

  /** The first items of the user's list at this moment. */
  async listFor(
    userId: string,
    moment: { readonly nowMs: number; readonly limit: number; readonly context: Record<string, string> },
  ): Promise<string[]> {
    this.nowMs = moment.nowMs
    await this.catchUp()
    const { items } = await this.recommender().recommend({ ...FACTS, userId, limit: moment.limit, context: moment.context })
    return items.map(({ itemId }) => itemId)
  }

  private async catchUp(): Promise<void> {
    const { step, dense, table } = this.learning
    if (step - this.denseStep >= DENSE_EVERY_STEPS) {
      this.denseStep = step
      this.model.take({ name: '', step, contains: [], dense, table })
      await this.vectors.refresh()
    }
    while (await this.vectors.step());
  }
}
