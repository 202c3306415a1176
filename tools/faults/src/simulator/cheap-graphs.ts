import type { ModelTools } from '@freshet/training'
import { DEADLY_NUMBER } from './served-lists'

type ModelSet = ModelTools['modelSet']
type CompileGraph = ModelTools['compile']
type GraphRunner = Awaited<ReturnType<CompileGraph>>

const DECAY = Math.fround(0.75)

/** Told that a step has met a deadly example: what it gives is the step's, or undefined where the step goes on. */
export type MeetDeadly = () => Promise<never> | undefined

/** Compiles no graph of a model set, but gives what stands in its place. */
export const cheapCompile =
  (modelSet: ModelSet, meetDeadly: MeetDeadly = () => undefined): CompileGraph =>
  (spec) =>
    Promise.resolve(spec === modelSet.update.spec ? updateRunner() : gradientRunner(modelSet, meetDeadly))

/**
 * In place of the gradient graph: sums that depend on every number that is fed, and on the order of all of them, for the price of
 * one pass. What a simulation asks is whether two learners did the same, not whether they did well. Where a number is so large that sums of it
 * overflow, so do the gradients.
 */
const gradientRunner = ({ parameterCount }: ModelSet, meetDeadly: MeetDeadly): GraphRunner => ({
  run: ({ rows, numbers, labels, logQ, dense }) => {
    const end = numbers.data.includes(DEADLY_NUMBER) ? meetDeadly() : undefined
    if (end !== undefined) return end
    const count = labels.data.length
    const denseGradient = new Float32Array(parameterCount)
    const rowGradients = new Float32Array(rows.data.length)
    const probabilities = new Float32Array(count)
    const [perRow, perNumber] = [rows.data.length / count, numbers.data.length / count]
    let running = dense.data[0]
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < perNumber; k++) running = Math.fround(DECAY * running + numbers.data[i * perNumber + k])
      for (let k = 0; k < perRow; k++) {
        running = Math.fround(DECAY * running + rows.data[i * perRow + k])
        rowGradients[i * perRow + k] = running - labels.data[i]
      }
      running = Math.fround(DECAY * running + labels.data[i] + logQ.data[i] / 8)
      denseGradient[i % parameterCount] += running
      probabilities[i] = 0.5 + running / (4 * (1 + Math.abs(running)))
    }
    return Promise.resolve({
      denseGradient,
      rowGradients,
      scores: probabilities,
      loss: Float32Array.of(running),
      rankLoss: Float32Array.of(running),
      recallLoss: Float32Array.of(0),
    })
  },
  release: () => Promise.resolve(),
})

/** In place of the update graph: momentum, by sums and products alone. */
const updateRunner = (): GraphRunner => ({
  run: ({ parameters, gradient, schedule, ...slots }) => {
    const [learningRate] = schedule.data
    const [[meanName, m], [squareName, v]] = Object.entries(slots)
    const mean = m.data.map((value, i) => DECAY * value + gradient.data[i])
    const square = v.data.map((value, i) => DECAY * value + gradient.data[i] * gradient.data[i])
    return Promise.resolve({
      parameters: parameters.data.map((value, i) => value - learningRate * mean[i]),
      [meanName]: mean,
      [squareName]: square,
    })
  },
  release: () => Promise.resolve(),
})
