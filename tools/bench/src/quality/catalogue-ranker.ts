import type { StepBatch } from '@freshet/learner'
import { type Activation, declareCatalogueTower, type RowOptimiser, type TrainableModel } from '@freshet/model'
import { type CatalogueExamples, type CatalogueSchooling, spellSchooling, trainOnCatalogue, wholeCatalogue } from './catalogue-training'
import type { LearnedRanker } from './rank'
import type { RankingTask } from './ranking-task'
import { ShownHistories } from './shown-histories'

/** How a two-tower over the whole catalogue is built and trained: all of it chosen on validation. */
export interface CatalogueCraft extends CatalogueSchooling {
  /** Width of what a user's history becomes, and of item vectors. */
  readonly width: number
  readonly activation: Activation
  /** The share of a history that an example does not show, though it asks for it. */
  readonly hidden: number
  readonly rows: RowOptimiser
}

/** A two-tower whose user is a bag of what they had, learned by a softmax over all items. */
export const catalogueRanker = (model: string, craft: CatalogueCraft): LearnedRanker => ({
  model,
  chosen: `width ${craft.width}, ${craft.activation}, ${craft.hidden} of a history hidden, rows by ${craft.rows.kind}, ${spellSchooling(craft)}`,
  train: trainOnCatalogue(model, craft, (task, seed) => new TowerExamples(task, craft, seed)),
})

/** Histories as cuts: an example is a user, and asks for all that they had. */
class TowerExamples implements CatalogueExamples {
  readonly declared: TrainableModel
  readonly items: number
  private readonly shown: ShownHistories
  /** Ids a history is shown by. */
  private readonly slots: number
  private readonly catalogue: Uint32Array

  constructor({ items, histories }: RankingTask, { width, activation, hidden, rows }: CatalogueCraft, seed: number) {
    this.items = items
    this.shown = new ShownHistories(histories, { hidden, seed })
    this.slots = this.shown.lists.reduce((most, { length }) => Math.max(most, length), 1)
    this.catalogue = wholeCatalogue(items)
    this.declared = declareCatalogueTower({
      user: { fields: [this.slots], layers: [{ width, activation }] },
      ...{ items, dimensions: width, embeddings: rows, vectors: rows },
    })
  }

  get count(): number {
    return this.shown.users.length
  }

  learn(numbers: readonly number[], epoch: number): StepBatch {
    const users = numbers.map((number) => this.shown.userOf(number))
    const targets = new Float32Array(users.length * this.items)
    users.forEach((user, i) => this.shown.lists[user].forEach((item) => (targets[i * this.items + item] = 1 / users.length)))
    return { ...this.batch(users, (i, place) => this.shown.isShown(numbers[i], epoch, place)), columns: { targets } }
  }

  readonly ask = (users: readonly number[]): StepBatch => this.batch(users, () => true)

  private batch(users: readonly number[], isShown: (i: number, place: number) => boolean): StepBatch {
    const userRows = new Uint32Array(2 * users.length * this.slots)
    users.forEach((user, i) =>
      this.shown.lists[user].forEach((item, place) => {
        if (isShown(i, place)) userRows[2 * (i * this.slots + place)] = item + 1
      }),
    )
    return { count: users.length, ids: { userRows, itemRows: this.catalogue }, columns: {} }
  }
}
