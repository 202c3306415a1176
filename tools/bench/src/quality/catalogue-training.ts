import { type EpochRecord, openEngine, type StepBatch, type StepEngine, trainEpochs, type Validation } from '@freshet/learner'
import type { TrainableModel } from '@freshet/model'
import { declareUpdate, type DenseOptimiser, type LearningRateSchedule } from '@freshet/tensor'
import { LIST_LENGTH } from './baseline-rows'
import { type ListQuality, NO_QUALITY } from './metrics/lists'
import type { QualityScope } from './quality-set'
import type { LearnedRanker, LearnedScorer } from './rank'
import { judge, type RankingTask, type Scorer } from './ranking-task'
import { spellEpoch } from './spell-epoch'
import type { Stages } from './splits'

/** How a model whose every example meets the whole catalogue is trained: all of it chosen on validation. */
export interface CatalogueSchooling {
  readonly optimiser: DenseOptimiser
  readonly schedule: LearningRateSchedule
  readonly batchSize: number
  /** How often users are gone through between two validations. */
  readonly passes: number
  readonly epochsMax: number
}

/** Users as examples of a model that scores all items at once. */
export interface CatalogueExamples {
  readonly declared: TrainableModel
  /** How many users have something to learn from: examples count on from there, pass after pass. */
  readonly count: number
  readonly items: number
  /** A cut of these examples; each pass and epoch hides other parts of a history. */
  learn(numbers: readonly number[], epoch: number): StepBatch
  /** These users, with all that is known of them. */
  ask(users: readonly number[]): StepBatch
}

/** What opens examples of what a stage lets know. */
export type OpenExamples = (task: RankingTask, seed: number) => CatalogueExamples

/** Learns from validation's histories; and again from the test's for as many epochs, where validation took something out of them. */
export const trainOnCatalogue =
  (model: string, schooling: CatalogueSchooling, open: OpenExamples): LearnedRanker['train'] =>
  async (stages, scope) => {
    const watched = await trainOn(open(stages.validation, scope.seed), schooling, {
      ...{ ...scope, model, epochs: schooling.epochsMax, judged: stages.validation },
    })
    if (knowsAll(stages)) return watched.trained
    const { trained } = await trainOn(open(stages.test, scope.seed), schooling, { ...scope, model, epochs: watched.epochs })
    return {
      ...{ ...watched.trained, scorer: trained.scorer },
      close: async () => void (await Promise.all([watched.trained.close(), trained.close()])),
    }
  }

/** Whether validation took nothing out of what the test's model may learn from. */
const knowsAll = ({ validation, test }: Stages): boolean => validation.histories === test.histories

interface TrainScope extends QualityScope {
  readonly seed: number
  readonly model: string
  readonly epochs: number
  /** Absent where nothing is left to judge by: then the last epoch counts. */
  readonly judged?: RankingTask
}

async function trainOn(
  examples: CatalogueExamples,
  schooling: CatalogueSchooling,
  scope: TrainScope,
): Promise<{ trained: LearnedScorer; epochs: number }> {
  const { seed, judged, say } = scope
  const { schedule, batchSize, passes } = schooling
  const engine = await openModel(examples, schooling, scope)
  const scorer = scorerOf(engine, examples)
  let validation: ListQuality = NO_QUALITY
  const { best, curve } = await trainEpochs({
    ...{ engine, seed, schedule, batchSize, epochsMax: scope.epochs, examples: examples.count * passes },
    batchOf: (numbers, epoch) => examples.learn(numbers, epoch),
    validate: async (): Promise<Validation> => {
      if (!judged) return { score: engine.state.step, figures: {} }
      const found = await judge(judged, scorer, LIST_LENGTH)
      if (found.ndcg > validation.ndcg) validation = found
      return { score: found.ndcg, figures: { ndcg10: found.ndcg, recall10: found.recall } }
    },
    onEpoch: (record: EpochRecord) => say(`  ${scope.model}, seed ${seed}: ${spellEpoch(record)}`),
  })
  return { trained: { validation, curve, watched: scorer, scorer, close: () => engine.close() }, epochs: best.epoch }
}

const openModel = ({ declared }: CatalogueExamples, schooling: CatalogueSchooling, { compile, seed }: TrainScope): Promise<StepEngine> =>
  openEngine(declared, {
    ...{ compile, seed, learningRate: schooling.schedule.rate, logicalShards: 1 },
    update: declareUpdate({ optimiser: schooling.optimiser, parameters: declared.parameters }),
  })

const scorerOf =
  (engine: StepEngine, { ask, items }: Pick<CatalogueExamples, 'ask' | 'items'>): Scorer =>
  async (users) => {
    const scores = await engine.score(ask(users))
    return users.map((_, i) => scores.slice(i * items, (i + 1) * items))
  }

/** How a model was trained, as people read it. */
export const spellSchooling = ({ optimiser, schedule, batchSize, passes }: CatalogueSchooling): string =>
  `layers by ${optimiser.kind}, ${schedule.kind} rate ${schedule.rate}, batches of ${batchSize}, validated each ${passes} passes`

/** Pairs of all items' ids, which count from 1: 0 stands for none. */
export const wholeCatalogue = (items: number): Uint32Array =>
  Uint32Array.from({ length: 2 * items }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : 0))
