import { mix64, randomUnit } from '@freshet/kernel'
import { openEngine, type StepBatch, type StepEngine, trainEpochs, type Validation } from '@freshet/learner'
import { type Activation, declareCatalogueTower, type RowOptimiser } from '@freshet/model'
import { declareUpdate, type DenseOptimiser, type LearningRateSchedule } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import type { ListQuality } from './metrics/lists'
import type { QualityScope } from './quality-set'
import type { LearnedRanker, LearnedScorer } from './rank'
import { judge, type RankingTask, type Scorer } from './ranking-task'
import { spellEpoch } from './spell-epoch'
import type { Stages } from './splits'

/** How a two-tower over the whole catalogue is built and trained: all of it chosen on validation. */
export interface CatalogueCraft {
  /** Width of what a user's history becomes, and of item vectors. */
  readonly width: number
  readonly activation: Activation
  /** The share of a history that an example does not show, though it asks for it. */
  readonly hidden: number
  readonly rows: RowOptimiser
  readonly optimiser: DenseOptimiser
  readonly schedule: LearningRateSchedule
  readonly batchSize: number
  /** How often users are gone through between two validations. */
  readonly passes: number
  readonly epochsMax: number
}

/** A two-tower whose user is a bag of what they had, learned by a softmax over all items. */
export const catalogueRanker = (model: string, craft: CatalogueCraft): LearnedRanker => ({
  model,
  chosen: spellCraft(craft),
  train: async (stages, scope) => {
    const watched = await trainOn(stages.validation, craft, { ...scope, model, epochs: craft.epochsMax, judged: stages.validation })
    if (knowsAll(stages)) return watched.trained
    await watched.trained.close()
    const { trained } = await trainOn(stages.test, craft, { ...scope, model, epochs: watched.epochs })
    return { ...trained, validation: watched.trained.validation }
  },
})

/** Whether validation took nothing out of what the test's model may learn from; else it is trained again, for as many epochs. */
const knowsAll = ({ validation, test }: Stages): boolean => validation.histories === test.histories

interface TrainScope extends QualityScope {
  readonly seed: number
  readonly model: string
  readonly epochs: number
  /** Absent where nothing is left to judge by: then the last epoch counts. */
  readonly judged?: RankingTask
}

async function trainOn(task: RankingTask, craft: CatalogueCraft, scope: TrainScope): Promise<{ trained: LearnedScorer; epochs: number }> {
  const { seed, judged, say } = scope
  const examples = new Examples(task, craft, seed)
  const engine = await openTower(examples, craft, scope)
  const scorer = scorerOf(engine, examples)
  let validation = NOTHING
  const { best } = await trainEpochs({
    ...{ engine, seed, schedule: craft.schedule, batchSize: craft.batchSize, epochsMax: scope.epochs },
    examples: examples.users.length * craft.passes,
    batchOf: (numbers, epoch) => examples.learn(numbers, epoch),
    validate: async (): Promise<Validation> => {
      if (!judged) return { score: engine.state.step, figures: {} }
      const found = await judge(judged, scorer, LIST_LENGTH)
      if (found.ndcg > validation.ndcg) validation = found
      return { score: found.ndcg, figures: { ndcg10: found.ndcg, recall10: found.recall } }
    },
    onEpoch: (record) => say(`  ${scope.model}, seed ${seed}: ${spellEpoch(record)}`),
  })
  return { trained: { validation, scorer, close: () => engine.close() }, epochs: best.epoch }
}

const NOTHING: ListQuality = { users: 0, hitRate: 0, ndcg: 0, precision: 0, recall: 0, map: 0 }

function openTower({ items, slots }: Examples, craft: CatalogueCraft, { compile, seed }: TrainScope): Promise<StepEngine> {
  const model = declareCatalogueTower({
    user: { fields: [slots], layers: [{ width: craft.width, activation: craft.activation }] },
    ...{ items, dimensions: craft.width, embeddings: craft.rows, vectors: craft.rows },
  })
  return openEngine(model, {
    ...{ compile, seed, learningRate: craft.schedule.rate, logicalShards: 1 },
    update: declareUpdate({ optimiser: craft.optimiser, parameters: model.parameters }),
  })
}

const scorerOf =
  (engine: StepEngine, examples: Examples): Scorer =>
  async (users) => {
    const scores = await engine.score(examples.ask(users))
    return users.map((_, i) => scores.slice(i * examples.items, (i + 1) * examples.items))
  }

/** Histories as cuts: an example is a user, and asks for all that they had. */
class Examples {
  readonly items: number
  /** Ids a history is shown by. */
  readonly slots: number
  /** Users that have something to learn from. */
  readonly users: readonly number[]
  private readonly histories: readonly (readonly number[])[]
  private readonly catalogue: Uint32Array

  constructor(
    { items, histories }: RankingTask,
    private readonly craft: CatalogueCraft,
    private readonly seed: number,
  ) {
    this.items = items
    this.histories = histories.map((history) => [...new Set(history)])
    this.slots = this.histories.reduce((most, { length }) => Math.max(most, length), 1)
    this.users = [...histories.keys()].filter((user) => histories[user].length > 0)
    this.catalogue = Uint32Array.from({ length: 2 * items }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : 0))
  }

  /** A cut of these examples; each pass and epoch hides other parts of a history. */
  learn(numbers: readonly number[], epoch: number): StepBatch {
    const users = numbers.map((number) => this.users[number % this.users.length])
    const targets = new Float32Array(users.length * this.items)
    users.forEach((user, i) => this.histories[user].forEach((item) => (targets[i * this.items + item] = 1 / users.length)))
    const keys = numbers.map((number) => mix64(this.seed, mix64(epoch, number)))
    return this.batch(users, targets, (i, place) => randomUnit(keys[i], place, 0) >= this.craft.hidden)
  }

  /** These users, with all that is known of them. */
  ask(users: readonly number[]): StepBatch {
    return this.batch(users, new Float32Array(users.length * this.items), () => true)
  }

  private batch(users: readonly number[], targets: Float32Array, isShown: (i: number, place: number) => boolean): StepBatch {
    const userRows = new Uint32Array(2 * users.length * this.slots)
    users.forEach((user, i) =>
      this.histories[user].forEach((item, place) => {
        if (isShown(i, place)) userRows[2 * (i * this.slots + place)] = item + 1
      }),
    )
    return { count: users.length, ids: { userRows, itemRows: this.catalogue }, columns: { targets } }
  }
}

const spellCraft = ({ width, activation, hidden, rows, optimiser, schedule, batchSize, passes }: CatalogueCraft): string =>
  `width ${width}, ${activation}, ${hidden} of a history hidden, rows by ${rows.kind}, layers by ${optimiser.kind}, ${schedule.kind} rate ${schedule.rate}, ` +
  `batches of ${batchSize}, validated each ${passes} passes`
