import type { StepBatch } from '@freshet/learner'
import { type Activation, declareAutoencoder, type RowOptimiser, type TrainableModel } from '@freshet/model'
import { type CatalogueExamples, type CatalogueSchooling, spellSchooling, trainOnCatalogue, wholeCatalogue } from './catalogue-training'
import type { LearnedRanker } from './rank'
import type { RankingTask } from './ranking-task'
import { ShownHistories } from './shown-histories'

/** How an autoencoder is built and trained: all of it chosen on validation. */
export interface AutoencoderCraft extends CatalogueSchooling {
  readonly width: number
  readonly activation: Activation
  /** The share of a history that an example does not show, though it asks for it. */
  readonly hidden: number
  /** What Σ V² of item vectors costs, beside a mean surprise. */
  readonly decay: number
  readonly rows: RowOptimiser
}

/** An autoencoder that tells from a part of what a user had what they had, by a softmax over all items. */
export const autoencoderRanker = (craft: AutoencoderCraft): LearnedRanker => ({
  model: MODEL,
  chosen:
    `width ${craft.width}, ${craft.activation}, ${craft.hidden} of a history hidden, vectors decay by ${craft.decay}, ` +
    `rows by ${craft.rows.kind}, ${spellSchooling(craft)}`,
  train: trainOnCatalogue(MODEL, craft, (task, seed) => new AutoencoderExamples(task, craft, seed)),
})

const MODEL = 'autoencoder'

/**
 * Histories as cuts.
 *
 * math    x = 1 / (√n · (1 − hidden)) where shown, and 1 / √n where asked; t = 1 / √n, over the cut's sum: who had much counts more, but not as much more
 */
class AutoencoderExamples implements CatalogueExamples {
  readonly declared: TrainableModel
  readonly items: number
  private readonly shown: ShownHistories
  private readonly itemRows: Uint32Array

  constructor(
    { items, histories }: RankingTask,
    private readonly craft: AutoencoderCraft,
    seed: number,
  ) {
    this.items = items
    this.shown = new ShownHistories(histories, { hidden: craft.hidden, seed })
    this.itemRows = wholeCatalogue(items)
    const { width, activation, rows } = craft
    this.declared = declareAutoencoder({ items, width, activation, vectors: rows })
  }

  get count(): number {
    return this.shown.users.length
  }

  learn(numbers: readonly number[], epoch: number): StepBatch {
    const { hidden, decay } = this.craft
    const users = numbers.map((number) => this.shown.userOf(number))
    const total = users.reduce((sum, user) => sum + Math.sqrt(this.shown.lists[user].length), 0)
    const histories = this.cells(users, (n, i, place) =>
      this.shown.isShown(numbers[i], epoch, place) ? 1 / (Math.sqrt(n) * (1 - hidden)) : 0,
    )
    const targets = this.cells(users, (n) => 1 / (Math.sqrt(n) * total))
    const shares = new Float32Array(users.length).fill(decay / users.length)
    return { count: users.length, ids: { itemRows: this.itemRows }, columns: { histories, targets, decay: shares } }
  }

  readonly ask = (users: readonly number[]): StepBatch => ({
    count: users.length,
    ids: { itemRows: this.itemRows },
    columns: { histories: this.cells(users, (n) => 1 / Math.sqrt(n)) },
  })

  /** shape  → Float32[users, items], with a value at each item of a list of n, and 0 elsewhere */
  private cells(users: readonly number[], value: (n: number, i: number, place: number) => number): Float32Array {
    const cells = new Float32Array(users.length * this.items)
    users.forEach((user, i) => {
      const list = this.shown.lists[user]
      list.forEach((item, place) => (cells[i * this.items + item] = value(list.length, i, place)))
    })
    return cells
  }
}
