import { declareUpdate, interpretGraph, type DenseOptimiser, type Feed, type GraphRunner } from '@freshet/tensor'
import { compileOnnx } from './index'

const OPTIMISERS: readonly DenseOptimiser[] = [
  { kind: 'sgd' },
  { kind: 'sgd', momentum: 0.9 },
  { kind: 'adagrad' },
  { kind: 'adam' },
  { kind: 'adamw' },
  { kind: 'ftrl', l1: 0.2 },
  { kind: 'lamb' },
]
const LENGTH = 48
const PARAMETERS = [
  { name: 'weight', offset: 0, shape: [8, 5] },
  { name: 'bias', offset: 40, shape: [8] },
]

describe('an update graph', () => {
  it.each(OPTIMISERS)('moves in ONNX Runtime as it does in the interpreter: $kind', async (optimiser) => {
    const { spec, slots, scheduleAt } = declareUpdate({ optimiser, parameters: PARAMETERS, clipNorm: 4 })
    const [exported, exact] = [await compileOnnx()(spec), await interpretGraph(spec)]
    const walk = async (runner: GraphRunner): Promise<Float32Array> => {
      let state: Record<string, Float32Array> = { parameters: wave(0, 1) }
      for (const { name, start } of slots) state[name] = new Float32Array(LENGTH).fill(start)
      for (let step = 1; step <= 5; step++) {
        const vectors = { ...state, gradient: wave(step, step) }
        const feeds: Record<string, Feed> = Object.fromEntries(
          Object.entries(vectors).map(([name, data]) => [name, { data, shape: [LENGTH] }]),
        )
        state = await runner.run({ ...feeds, schedule: { data: scheduleAt(step, 0.05), shape: [3] } })
      }
      return state.parameters
    }
    const [got, expected] = [await walk(exported), await walk(exact)]
    got.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5))
    expect(got).not.toEqual(wave(0, 1))
    await exported.release()
  })
})

/** Numbers of both signs that no optimiser has a reason to like. */
const wave = (phase: number, size: number): Float32Array =>
  Float32Array.from({ length: LENGTH }, (_, i) => size * Math.sin(phase + 0.7 * i))
