import { InvalidFieldError, shuffled } from '@freshet/kernel'
import { learningRateAt, type LearningRateSchedule } from '@freshet/tensor'
import type { StepBatch, StepEngine } from '../engine'
import { copyState, type StateCopy } from './state-copy'

/** What a judgement of the engine found: `score` decides, the higher the better; the figures are for people. */
export interface Validation {
  readonly score: number
  readonly figures: Readonly<Record<string, number>>
}

/** One epoch of a learning curve. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number
  /** Steps that were taken until its end. */
  readonly steps: number
  readonly examples: number
  /** The mean loss of an example, each as it was before it was learned from. */
  readonly loss: number
  /** The dense learning rate of its last step. */
  readonly learningRate: number
  readonly validation: Validation
  /** Whether it is better than all before it. */
  readonly isBest: boolean
}

/** Training over a fixed number of examples, again and again. */
export interface FitTask {
  readonly engine: StepEngine
  /** How many there are to learn from. */
  readonly examples: number
  readonly batchSize: number
  /** How many batches make one step; 1 unless given. A cut of k batches is the same step as one batch k times as large. */
  readonly accumulation?: number
  readonly epochsMax: number
  /** Epochs without improvement after which it ends; 3 unless given. */
  readonly patience?: number
  /** Rates by step; rows follow it in proportion to its `rate`. */
  readonly schedule: LearningRateSchedule
  readonly seed: number
  /** One cut of these examples. Weights are divided by the number of examples, so that its loss is their mean. */
  batchOf(examples: readonly number[], epoch: number): StepBatch
  validate(engine: StepEngine): Promise<Validation>
  /** Hears of every epoch. */
  onEpoch?(record: EpochRecord): void
}

/** What came of it; the engine is left in the state of the best epoch. */
export interface Fit {
  readonly best: EpochRecord
  readonly curve: readonly EpochRecord[]
  /** Whether it ended before its last epoch, as nothing got better. */
  readonly isStoppedEarly: boolean
}

/**
 * Learns epoch by epoch, each in an order that seed and epoch decide, until validation stops getting better, and goes back to the best state.
 *
 * cost    one copy of the state an improvement
 * throws  InvalidFieldError when there is nothing to learn from, or a count is no whole number of at least 1
 * source  Prechelt, Early stopping, but when? (1998), the criterion UP with strips of one epoch
 */
export async function trainEpochs(task: FitTask): Promise<Fit> {
  refuseCounts(task)
  const curve: EpochRecord[] = []
  let best: { readonly record: EpochRecord; readonly state: StateCopy } | undefined
  let waited = 0
  for (let epoch = 1; epoch <= task.epochsMax && waited < (task.patience ?? PATIENCE); epoch++) {
    const learned = await learnEpoch(task, epoch)
    const validation = await task.validate(task.engine)
    const isBest = !best || validation.score > best.record.validation.score
    const record = { epoch, examples: task.examples, ...learned, validation, isBest }
    curve.push(record)
    task.onEpoch?.(record)
    waited = isBest ? 0 : waited + 1
    if (isBest) best = { record, state: copyState(task.engine.state) }
  }
  if (!best) throw refusal('epochsMax', task.epochsMax)
  if (waited > 0) await task.engine.state.restore(best.state)
  return { best: best.record, curve, isStoppedEarly: curve.length < task.epochsMax }
}

const PATIENCE = 3

async function learnEpoch(task: FitTask, epoch: number): Promise<Pick<EpochRecord, 'loss' | 'steps' | 'learningRate'>> {
  const { engine, schedule } = task
  const order = shuffled(
    Array.from({ length: task.examples }, (_, i) => i),
    task.seed,
    epoch,
  )
  const cut = task.batchSize * (task.accumulation ?? 1)
  let [lossSum, learningRate] = [0, 0]
  for (let from = 0; from < order.length; from += cut) {
    const examples = order.slice(from, from + cut)
    learningRate = learningRateAt(schedule, engine.state.step + 1)
    const { loss } = await engine.step(task.batchOf(examples, epoch), { learningRate, rowRate: learningRate / schedule.rate })
    lossSum += loss * examples.length
  }
  return { loss: lossSum / order.length, steps: engine.state.step, learningRate }
}

function refuseCounts(task: FitTask): void {
  const counts = { examples: task.examples, batchSize: task.batchSize, epochsMax: task.epochsMax, accumulation: task.accumulation ?? 1 }
  const wrong = Object.entries(counts).find(([, count]) => !Number.isSafeInteger(count) || count < 1)
  if (wrong) throw refusal(...wrong)
}

const refusal = (field: string, value: number): InvalidFieldError =>
  new InvalidFieldError({ field: `${field} of a fit`, value, rule: 'it is a whole number of at least 1', remedy: 'give such a number' })
