import { mix64, randomBelow } from '@freshet/kernel'
import { openEngine, type StepBatch, type StepEngine, trainEpochs } from '@freshet/learner'
import { declareSequence, type RowOptimiser, type SequenceDeclaration, type TrainableModel } from '@freshet/model'
import { declareUpdate, type DenseOptimiser, type LearningRateSchedule } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import { type ListQuality, NO_QUALITY } from './metrics/lists'
import type { QualityScope } from './quality-set'
import type { LearnedRanker, LearnedScorer } from './rank'
import { judge, type RankingTask, type Scorer } from './ranking-task'
import { spellEpoch } from './spell-epoch'
import type { Stages } from './splits'
import { windowsOf } from './windows'

/** How a sequence model is built and trained: all of it chosen on validation. */
export interface SequenceCraft {
  readonly positions: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Width of the gated layer. */
  readonly hidden: number
  readonly dropout: number
  /** Items that all positions of a cut are compared with; the whole catalogue where it has no more. */
  readonly candidates: number
  readonly rows: RowOptimiser
  readonly optimiser: DenseOptimiser
  readonly schedule: LearningRateSchedule
  readonly batchSize: number
  readonly epochsMax: number
  readonly patience: number
}

/** A causal transformer, learned by a softmax over candidates, chosen by the validation's last items. */
export const sequenceRanker = (model: string, craft: SequenceCraft): LearnedRanker => ({
  model,
  chosen: spellCraft(craft),
  train: (stages, scope) => trainOn(stages, craft, { ...scope, model }),
})

type TrainScope = QualityScope & { readonly seed: number; readonly model: string }

async function trainOn({ validation, test }: Stages, craft: SequenceCraft, scope: TrainScope): Promise<LearnedScorer> {
  const { seed, say, compile } = scope
  const declared = declareSequence(declarationOf(craft, validation.items))
  const engine = await openEngine(declared, {
    ...{ compile, seed, learningRate: craft.schedule.rate, logicalShards: Math.ceil(craft.batchSize / SHARD_EXAMPLES) },
    update: declareUpdate({ optimiser: craft.optimiser, parameters: declared.parameters, clipNorm: CLIP_NORM }),
  })
  const batches = new SequenceBatches(declared, validation, { craft, seed })
  let best: ListQuality = NO_QUALITY
  const { curve } = await trainEpochs({
    ...{ engine, seed, schedule: craft.schedule, batchSize: craft.batchSize, epochsMax: craft.epochsMax, patience: craft.patience },
    examples: batches.count,
    batchOf: (numbers, epoch) => batches.learn(numbers, epoch),
    validate: async () => {
      const quality = await judge(validation, scorerOf(engine, batches, validation), LIST_LENGTH)
      if (quality.ndcg > best.ndcg) best = quality
      return { score: quality.ndcg, figures: { hr10: quality.hitRate, ndcg10: quality.ndcg } }
    },
    onEpoch: (record) => say(`  ${scope.model}, seed ${seed}: ${spellEpoch(record)}`),
  })
  const [watched, scorer] = [validation, test].map((task) => scorerOf(engine, batches, task))
  return { validation: best, curve, watched, scorer, close: () => engine.close() }
}

const CLIP_NORM = 5
const SHARD_EXAMPLES = 16 // a transformer's step is fastest where a shard's activations stay in the caches

const isWhole = ({ candidates }: SequenceCraft, items: number): boolean => items <= candidates

function declarationOf(craft: SequenceCraft, items: number): SequenceDeclaration {
  const { positions, width, layers, heads, hidden, dropout, rows } = craft
  return {
    ...{ positions, width, layers, heads, hidden, dropout, embeddings: rows },
    loss: { kind: isWhole(craft, items) ? 'full-softmax' : 'sampled-softmax', candidates: Math.min(items, craft.candidates) },
  }
}

const scorerOf =
  (engine: StepEngine, batches: SequenceBatches, { histories, items }: RankingTask): Scorer =>
  async (users) => {
    const scores = await engine.score(batches.ask(users.map((user) => histories[user])))
    return users.map((_, i) => scores.slice(i * items, (i + 1) * items))
  }

/** Sequences as cuts. */
class SequenceBatches {
  private readonly windows: readonly (readonly number[])[]
  private readonly catalogue: readonly number[]

  constructor(
    private readonly model: TrainableModel,
    { histories, items }: RankingTask,
    private readonly by: { readonly craft: SequenceCraft; readonly seed: number },
  ) {
    this.windows = histories.flatMap((history) => windowsOf(history, by.craft.positions + 1)).filter(({ length }) => length > 1)
    this.catalogue = Array.from({ length: items }, (_, item) => item)
  }

  /** How many windows there are to learn from. */
  get count(): number {
    return this.windows.length
  }

  /** A cut of these windows; candidates are drawn anew for each. */
  learn(numbers: readonly number[], epoch: number): StepBatch {
    const { positions } = this.by.craft
    const windows = numbers.map((number) => this.windows[number])
    const total = windows.reduce((sum, { length }) => sum + length - 1, 0)
    const weights = new Float32Array(windows.length * positions)
    windows.forEach(({ length }, i) => weights.fill(1 / total, i * positions, i * positions + length - 1))
    return this.batch(windows, weights, this.drawCandidates(mix64(this.by.seed, mix64(epoch, numbers[0]))))
  }

  /** What comes next after each of these histories, of the whole catalogue. */
  ask(histories: readonly (readonly number[])[]): StepBatch {
    const { positions } = this.by.craft
    const weights = new Float32Array(histories.length * positions)
    const recent = histories.map((history) => history.slice(-positions))
    recent.forEach(({ length }, i) => (weights[i * positions + Math.max(0, length - 1)] = 1))
    return this.batch(recent, weights, this.catalogue)
  }

  private drawCandidates(key: number): readonly number[] {
    const { craft } = this.by
    const items = this.catalogue.length
    if (isWhole(craft, items)) return this.catalogue
    return Array.from({ length: craft.candidates }, (_, i) => randomBelow(items, key, i, 0))
  }

  private batch(windows: readonly (readonly number[])[], weights: Float32Array, candidates: readonly number[]): StepBatch {
    const { positions } = this.by.craft
    const sequence = new Uint32Array(2 * windows.length * (positions + 1))
    const followedKey = new Float32Array(windows.length * positions)
    windows.forEach((window, i) =>
      window.forEach((item, place) => {
        sequence[2 * (i * (positions + 1) + place)] = item + 1
        if (place > 0) followedKey[i * positions + place - 1] = item
      }),
    )
    // candidates are drawn evenly, so what corrects for that is the same for all of them
    const all: Record<string, Float32Array> = {
      ...{ weights, followedKey, candidateKey: Float32Array.from(candidates) },
      ...{ followedLogQ: new Float32Array(windows.length * positions), candidateLogQ: new Float32Array(candidates.length) },
    }
    const read = this.model.columns.filter(({ isDrawn }) => !isDrawn).map(({ input }): [string, Float32Array] => [input, all[input]])
    return { count: windows.length, ids: { sequence, candidates: pairs(candidates) }, columns: Object.fromEntries(read) }
  }
}

const pairs = (items: readonly number[]): Uint32Array => Uint32Array.from(items.flatMap((item) => [item + 1, 0]))

const spellCraft = (craft: SequenceCraft): string =>
  `${craft.layers} layers of ${craft.width}, ${craft.heads} heads, gated ${craft.hidden}, ${craft.positions} positions, dropout ${craft.dropout}, ` +
  `${craft.candidates} candidates, rows by ${craft.rows.kind}, layers by ${craft.optimiser.kind}, ${craft.schedule.kind} rate ${craft.schedule.rate}, batches of ${craft.batchSize}`
