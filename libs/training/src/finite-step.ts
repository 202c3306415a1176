import type { StepEngine, StepOutcome } from '@freshet/learner'
import { type Batch, type ExampleShape, selectExamples } from './batch'
import { findOffenders } from './offenders'
import { stepBatchOf } from './step-batch'

/** A batch, and how probable the item of each example was. */
interface Graded {
  readonly batch: Batch
  readonly logQ: Float32Array
}

/** What a step learned from, without those examples whose gradient is not finite. */
export interface FiniteStep {
  readonly batch: Batch
  /** Absent where no example is left. */
  readonly outcome?: StepOutcome
  /** The examples that were left out, by their origins: pairs of group and item. */
  readonly offenders: Uint32Array
  /** The ids whose rows were given up, as pairs. */
  readonly gone: Uint32Array
}

/**
 * Learns from a batch. Where its gradients are not finite, halves it until the offending examples are found, and learns from the others: a
 * function of batch and state alone, so that every replay leaves out the same.
 *
 * cost    one step; for k offenders among n examples about 2 k log₂ n gradients more, and another step
 */
export async function stepFinite(engine: StepEngine, shape: ExampleShape, { batch, logQ }: Graded): Promise<FiniteStep> {
  const offenders: number[] = []
  let gone: Uint32Array = NONE
  for (let current: Graded = { batch, logQ }; ;) {
    const { count, origins } = current.batch
    if (count === 0) return { batch: current.batch, offenders: Uint32Array.from(offenders), gone }
    const fed = stepBatchOf(current.batch, shape, current.logQ)
    const outcome = await engine.step(fed)
    gone = engine.state.gone[0] // whatever earlier attempts gave up among them
    if (outcome.isApplied) return { batch: current.batch, outcome, offenders: Uint32Array.from(offenders), gone }
    const bad = await findOffenders(count, (from, to) => engine.probe(fed, from, to))
    for (const place of bad) offenders.push(origins[2 * place], origins[2 * place + 1])
    current = without(current, new Set(bad), shape)
  }
}

const NONE = new Uint32Array(0)

function without({ batch, logQ }: Graded, bad: ReadonlySet<number>, shape: ExampleShape): Graded {
  const places = Array.from({ length: batch.count }, (_, place) => place).filter((place) => !bad.has(place))
  return { batch: selectExamples(batch, shape, places), logQ: Float32Array.from(places, (place) => logQ[place]) }
}
