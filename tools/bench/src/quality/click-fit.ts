import { type EpochRecord, type Fit, openEngine, type StepBatch, type StepEngine, trainEpochs } from '@freshet/learner'
import { type TrainableModel, withRowDecay } from '@freshet/model'
import { type CompileGraph, declareUpdate, type DenseOptimiser, type LearningRateSchedule } from '@freshet/tensor'
import type { LabelledFields } from './data/libfm'
import { auc, logLoss, type Predictions } from './metrics/probabilities'

/** How a click model is trained: all of it chosen on validation. */
export interface ClickCraft {
  readonly optimiser: DenseOptimiser
  readonly schedule: LearningRateSchedule
  readonly batchSize: number
  readonly epochsMax: number
  readonly clipNorm?: number
}

/** What a click model is trained and judged with. */
export interface ClickTask {
  readonly model: TrainableModel
  /** λ of the decay of rows, a step. */
  readonly decay: number
  readonly craft: ClickCraft
  readonly train: LabelledFields
  readonly validation: LabelledFields
  readonly test: LabelledFields
  readonly seed: number
  readonly compile: CompileGraph
  onEpoch?(record: EpochRecord): void
}

/** A click model's way, and what its best epoch says of the test. */
export interface ClickFit extends Fit {
  readonly test: ClickQuality
}

/** How good probabilities are. */
export interface ClickQuality {
  readonly auc: number
  readonly logLoss: number
}

/** Trains until validation AUC stops getting better, and judges the best epoch on the test: once. */
export async function fitClicks(task: ClickTask): Promise<ClickFit> {
  const { craft, train, compile, seed } = task
  const model = withRowDecay(task.model, 'rows')
  const decays = decaysOf(train, (task.decay * train.count) / craft.batchSize)
  const { optimiser, clipNorm, schedule } = craft
  const engine = await openEngine(model, {
    ...{ compile, seed, learningRate: schedule.rate, logicalShards: LOGICAL_SHARDS },
    update: declareUpdate({ optimiser, parameters: model.parameters, ...(clipNorm !== undefined && { clipNorm }) }),
  })
  const learned = await trainEpochs({
    ...{ engine, schedule, seed, examples: train.count, batchSize: craft.batchSize, epochsMax: craft.epochsMax },
    batchOf: (examples) => batchOf(train, examples, decays),
    validate: async () => {
      const found = await judgeClicks(engine, task.validation)
      return { score: found.auc, figures: { auc: found.auc, logloss: found.logLoss } }
    },
    onEpoch: task.onEpoch,
  })
  const test = await judgeClicks(engine, task.test)
  await engine.close()
  return { ...learned, test }
}

const LOGICAL_SHARDS = 1 // one process, and nothing here depends on it but the last bits
const SCORED_AT_ONCE = 4096

/** AUC and logarithmic loss of what an engine says of examples. */
async function judgeClicks(engine: StepEngine, examples: LabelledFields): Promise<ClickQuality> {
  const predictions: Predictions = { probabilities: new Float32Array(examples.count), labels: examples.labels }
  for (let from = 0; from < examples.count; from += SCORED_AT_ONCE) {
    const length = Math.min(SCORED_AT_ONCE, examples.count - from)
    const some = Array.from({ length }, (_, i) => from + i)
    predictions.probabilities.set(await engine.score(batchOf(examples, some)), from)
  }
  return { auc: auc(predictions), logLoss: logLoss(predictions) }
}

/** By id: what a row loses at each of its occurrences, so that over an epoch all rows lose alike. */
function decaysOf({ ids }: LabelledFields, perEpoch: number): Float32Array {
  const counts = new Uint32Array(ids.reduce((most, id) => Math.max(most, id + 1), 0))
  for (const id of ids) counts[id]++
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : perEpoch / count))
}

/** Examples as one cut; ids are counted from 1, as 0 stands for none. */
function batchOf({ fields, ids, labels }: LabelledFields, examples: readonly number[], decays?: Float32Array): StepBatch {
  const rows = new Uint32Array(2 * examples.length * fields)
  const rowDecay = new Float32Array(examples.length * fields)
  examples.forEach((example, i) => {
    for (let field = 0; field < fields; field++) {
      const id = ids[example * fields + field]
      rows[2 * (i * fields + field)] = id + 1
      if (decays) rowDecay[i * fields + field] = decays[id]
    }
  })
  return {
    count: examples.length,
    ids: { rows },
    columns: {
      labels: Float32Array.from(examples, (example) => labels[example]),
      weights: new Float32Array(examples.length).fill(1 / examples.length),
      rowDecay,
    },
  }
}
