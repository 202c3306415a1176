import { bytesOf, randomUnit } from '@freshet/kernel'
import { declareUpdate, interpretGraph, type DenseOptimiser, type Feed, type FlatState, type GraphRunner } from '@freshet/tensor'
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

describe('an update in one pass', () => {
  it.each<DenseOptimiser>([{ kind: 'adam' }, { kind: 'adamw' }, { kind: 'adamw', weightDecay: 0.3, beta1: 0.5, epsilon: 1e-3 }])(
    'comes to the bits of its graph in ONNX Runtime: %p',
    async (optimiser) => {
      const length = 4099
      const { spec, slots, scheduleAt, loop } = declareUpdate({ optimiser, parameters: [{ name: 'w', offset: 0, shape: [length] }] })
      const runner = await compileOnnx()(spec)
      const shape = [length]
      let state: FlatState = { parameters: scattered(length, 0), slots: slots.map(({ start }) => new Float32Array(length).fill(start)) }
      for (let step = 1; step <= 6; step++) {
        const [gradient, schedule] = [scattered(length, step), scheduleAt(step, 0.01)]
        const vectors = {
          parameters: state.parameters,
          gradient,
          ...Object.fromEntries(slots.map(({ name }, i) => [name, state.slots[i]])),
        }
        const feeds = Object.fromEntries(Object.entries(vectors).map(([name, data]) => [name, { data, shape }]))
        const { parameters, ...kept } = await runner.run({ ...feeds, schedule: { data: schedule, shape: [3] } })
        const moved = loop?.(state, gradient, schedule)
        state = { parameters, slots: slots.map(({ name }) => kept[name]) }
        expect([moved?.parameters, ...(moved?.slots ?? [])].map(bitsOf)).toEqual([state.parameters, ...state.slots].map(bitsOf))
      }
      await runner.release()
    },
  )

  it('is there for no update whose gradient is bounded first, which takes a norm', () => {
    const update = { optimiser: { kind: 'adam' }, parameters: PARAMETERS } as const
    expect(declareUpdate({ ...update, clipNorm: 1 }).loop).toBeUndefined()
    expect(declareUpdate(update).loop).toBeDefined()
  })
})

const bitsOf = (floats: Float32Array | undefined): string => Buffer.from(bytesOf(floats ?? new Float32Array(0))).toString('base64')

/** Numbers of all sizes and both signs, zeros of either sign and the smallest ones among them. */
const scattered = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    const unit = randomUnit(seed, i, 0)
    const special = [0, -0, 1e-42, -1e-45, 1e18][i % 97]
    return special ?? (unit - 0.5) * 10 ** (-25 * randomUnit(seed, i, 1))
  })

/** Numbers of both signs that no optimiser has a reason to like. */
const wave = (phase: number, size: number): Float32Array =>
  Float32Array.from({ length: LENGTH }, (_, i) => size * Math.sin(phase + 0.7 * i))
