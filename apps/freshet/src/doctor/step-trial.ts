import { builtInDictionary, compileDictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import { declareModelSet, type ModelSet } from '@freshet/model'
import { reasonOf } from '@freshet/onnx'
import { cellCount, inputName, type CompileGraph, type Feed, type GraphSpec } from '@freshet/tensor'
import { compareOutputs, type Comparison, type Outputs } from './compare'

/** What a provider made of a training step. */
export interface Trial {
  readonly provider: string
  /** Why it made nothing; absent where it did. */
  readonly reason?: string
  /** The median of a few. */
  readonly stepMs?: number
  /** With what the CPU made of the same step. */
  readonly comparison?: Comparison
}

/** What a trial is made with. */
export interface TrialTools {
  readonly compileOn: (provider: string) => CompileGraph
  readonly clock: Clock
}

/** As many examples as a cut of a running shop has. */
const TRIAL_EXAMPLES = 256

/**
 * More than this is no other order of sums: TF32 and half precision are beyond it, Float32 in any order is not.
 * Units in the last place of the largest value of an output.
 */
export const TOLERANCE_ULPS = 256

/** Runs one training step of the demo's model set on a provider and on the CPU, from the same numbers, and compares what they give. */
export async function tryStep(provider: string, { compileOn, clock }: TrialTools): Promise<Trial> {
  const { layout, declared } = compileDictionary(builtInDictionary('demo'))
  const step = stepOf(declareModelSet(layout, declared.model))
  try {
    const { outputs, stepMs } = await timedSteps(step, compileOn(provider), clock)
    const { outputs: expected } = await timedSteps(step, compileOn('cpu'), clock)
    return { provider, stepMs, comparison: compareOutputs(outputs, expected) }
  } catch (error) {
    return { provider, reason: reasonOf(error) }
  }
}

/** Two graphs, and what they are fed. */
interface Step {
  readonly gradient: GraphSpec
  readonly update: GraphSpec
  readonly batch: Readonly<Record<string, Feed>>
  readonly slots: Readonly<Record<string, Feed>>
}

function stepOf(modelSet: ModelSet): Step {
  const { gradient } = modelSet.learned
  const update = modelSet.update.spec
  return { gradient, update, batch: feedsOf(gradient, modelSet), slots: feedsOf(update, modelSet) }
}

async function timedSteps(step: Step, compile: CompileGraph, clock: Clock): Promise<{ outputs: Outputs; stepMs: number }> {
  const [differentiate, move] = [await compile(step.gradient), await compile(step.update)]
  try {
    let outputs: Outputs = {}
    const times: number[] = []
    for (let i = 0; i < STEPS; i++) {
      const startMs = clock.monotonicMs()
      const learned = await differentiate.run(step.batch)
      const { denseGradient: data } = learned
      const moved = await move.run({ ...step.slots, gradient: { data, shape: [data.length] } })
      times.push(clock.monotonicMs() - startMs)
      outputs = { ...learned, ...moved }
    }
    return { outputs, stepMs: times.slice(WARM_UP).sort((a, b) => a - b)[(STEPS - WARM_UP) >> 1] }
  } finally {
    await Promise.all([differentiate.release(), move.release()])
  }
}

const WARM_UP = 3 // kernels are chosen, and memory is got, at the first runs
const STEPS = WARM_UP + 7

/** Numbers as a step has them: of both signs, each input's from its own range, the same at every call. */
function feedsOf({ inputs }: GraphSpec, modelSet: ModelSet): Record<string, Feed> {
  const nextUnit = units()
  return Object.fromEntries(
    inputs.map((node) => {
      const name = inputName(node)
      const shape = node.shape.map((length) => (typeof length === 'number' ? length : TRIAL_EXAMPLES))
      const data = PARAMETERS.includes(name) ? modelSet.initialDense() : new Float32Array(cellCount(shape))
      const draw = DRAWS[name] ?? ((unit: number) => unit - 0.5)
      if (!PARAMETERS.includes(name)) for (let i = 0; i < data.length; i++) data[i] = draw(nextUnit(), i)
      return [name, { data, shape }]
    }),
  )
}

const PARAMETERS = ['dense', 'parameters'] // as the two graphs call them

/** Numbers of [0, 1). Source: the linear congruential generator of Numerical Recipes (1992), whose products fit a double. */
function units(): () => number {
  let word = 5
  return () => (word = (word * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32
}

const share = (): number => 1 / TRIAL_EXAMPLES

/** What is no number of either sign: weights, keys, running squares, the schedule of Adam's first step. */
const DRAWS: Readonly<Record<string, (unit: number, at: number) => number>> = {
  pooling: (unit) => 0.5 + unit / 2,
  labels: (unit) => (unit < 0.5 ? 0 : 1),
  rankWeights: share,
  recallWeights: share,
  logQ: (unit) => -8 * unit,
  itemKey: (_, at) => at,
  userKey: (_, at) => at,
  likedKey: (_, at) => at,
  square: (unit) => 0.01 + unit,
  schedule: (_, at) => [0.001, 0.1, 0.001][at],
}
