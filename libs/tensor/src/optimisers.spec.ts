import { declareUpdate, interpret, ShapeError, type DenseUpdate } from './index'
import { GRADIENTS, START, UPDATES } from './optimisers-goldens.fixture'
import type { UpdateDeclaration } from './optimisers'

const PARAMETERS = [
  { name: 'weight', offset: 0, shape: [2, 2] },
  { name: 'bias', offset: 4, shape: [3] },
]
const RATE = 0.05

describe('an optimiser, beside PyTorch or its paper', () => {
  it.each(UPDATES)('gives the golden parameters of $name', ({ optimiser, clipNorm, states }) => {
    const update = declareUpdate({ optimiser, parameters: PARAMETERS, ...(clipNorm !== null && { clipNorm }) })
    const all = trained(update, START, GRADIENTS)
    for (const { after, parameters } of states) expectClose(all[after - 1], parameters, 7) // the schedule comes as Float32
  })

  it('is golden for every kind', () => {
    expect(new Set(UPDATES.map(({ optimiser }) => optimiser.kind))).toEqual(new Set(['sgd', 'adagrad', 'adam', 'adamw', 'ftrl', 'lamb']))
  })
})

describe('declareUpdate', () => {
  const declare = (optimiser: UpdateDeclaration['optimiser'], more: Partial<UpdateDeclaration> = {}): DenseUpdate =>
    declareUpdate({ optimiser, parameters: PARAMETERS, ...more })

  it('names its slots and what they begin with', () => {
    expect(declare({ kind: 'sgd' }).slots).toEqual([])
    expect(declare({ kind: 'sgd', momentum: 0.5 }).slots).toEqual([{ name: 'velocity', start: 0 }])
    expect(declare({ kind: 'adagrad', initialAccumulator: 0.1 }).slots).toEqual([{ name: 'accumulator', start: 0.1 }])
    expect(declare({ kind: 'lamb' }).slots.map(({ name }) => name)).toEqual(['mean', 'square'])
  })

  it('gives back what it was fed, under the same names and in the same shapes', () => {
    for (const { optimiser } of UPDATES) {
      const { spec, slots } = declare(optimiser)
      expect(Object.keys(spec.outputs)).toEqual(['parameters', ...slots.map(({ name }) => name)])
      for (const node of Object.values(spec.outputs)) expect(node.shape).toEqual([7])
    }
  })

  it('works out the corrections of the running means from the step alone', () => {
    expect([...declare({ kind: 'adam' }).scheduleAt(3, 0.5)]).toEqual([0.5, 1 - 0.9 ** 3, 1 - 0.999 ** 3].map(Math.fround))
    expect(declare({ kind: 'adam' }).scheduleAt(100_000, 0.5)[2]).toBe(1)
    expect([...declare({ kind: 'ftrl' }).scheduleAt(3, 0.5)]).toEqual([0.5, 1, 1])
  })

  it('leaves a gradient within the bound as it is, bit for bit', () => {
    const [free, bounded] = [{}, { clipNorm: 50 }].map((more) => trained(declare({ kind: 'sgd' }, more), START, GRADIENTS.slice(0, 3)))
    expect(bounded).toEqual(free)
  })

  it('follows a gradient beyond the bound in its direction, as far as the bound', () => {
    const [[moved]] = [trained(declare({ kind: 'sgd' }, { clipNorm: 1 }), new Array<number>(7).fill(0), [[300, -400, 0, 0, 0, 0, 0]])]
    expectClose(moved, [-0.6 * RATE, 0.8 * RATE, 0, 0, 0, 0, 0])
  })

  it('trusts LAMB as far as a range is long: twice the parameters move twice as far, another range is not touched by it', () => {
    const update = declare({ kind: 'lamb', weightDecay: 0 })
    const [once] = trained(update, START, [GRADIENTS[0]])
    const [twice] = trained(
      update,
      START.map((value, i) => (i < 4 ? 2 * value : value)),
      [GRADIENTS[0]],
    )
    const moves = (states: readonly number[], from: readonly number[]): number[] => states.map((value, i) => value - from[i])
    const [short, long] = [
      moves(once, START),
      moves(
        twice,
        START.map((value, i) => (i < 4 ? 2 * value : value)),
      ),
    ]
    expectClose(
      long,
      short.map((move, i) => (i < 4 ? 2 * move : move)),
    )
  })

  it('lets LAMB leave 0, where a norm says nothing', () => {
    const [moved] = trained(declare({ kind: 'lamb', weightDecay: 0 }), new Array<number>(7).fill(0), [[1, -1, 0, 0, 0, 0, 0]])
    expectClose(moved, [-RATE, RATE, 0, 0, 0, 0, 0], 5)
  })

  it('lets FTRL hold at exactly 0 what its l1 is not exceeded for', () => {
    const update = declare({ kind: 'ftrl', l1: 1 })
    const [once, twice] = trained(update, new Array<number>(7).fill(0), [
      [0.6, -0.6, 2, 0, 0, 0, 0],
      [0.6, 0.6, 0, 0, 0, 0, 0],
    ])
    expect(once.map((value) => value === 0)).toEqual([true, true, false, true, true, true, true])
    expect(twice.map((value) => value === 0)).toEqual([false, true, false, true, true, true, true])
  })

  it.each<[string, UpdateDeclaration['optimiser']]>([
    ['beta1 of the optimiser is 1, but a share that is kept is at least 0 and less than 1', { kind: 'adam', beta1: 1 }],
    ['momentum of the optimiser is -0.1', { kind: 'sgd', momentum: -0.1 }],
    ['epsilon of the optimiser is 0, but it is more than 0', { kind: 'adagrad', epsilon: 0 }],
    ['weightDecay of the optimiser is -1, but it is at least 0', { kind: 'adamw', weightDecay: -1 }],
    ['l1 of the optimiser is Infinity, but it is at least 0; leave it out for its default', { kind: 'ftrl', l1: Infinity }],
  ])('refuses a constant: %s', (message, optimiser) => {
    expect(() => declare(optimiser)).toThrow(message)
  })

  it('refuses ranges that leave a gap, naming the one', () => {
    const parameters = [PARAMETERS[0], { name: 'bias', offset: 5, shape: [3] }]
    expect(() => declareUpdate({ optimiser: { kind: 'sgd' }, parameters })).toThrow(
      "offset of parameter 'bias' is 5, but the ranges of the flat tensor follow each other, and 4 floats come before it; give 4",
    )
  })

  it('refuses a gradient of another length at the first run', () => {
    expect(() => trained(declare({ kind: 'sgd' }), START, [[1, 2, 3]])).toThrow(ShapeError)
  })
})

describe('gradient accumulation', () => {
  it.each([2, 8])('over %d batches equals one batch so many times as large, whatever the optimiser', (times) => {
    const whole = Array.from({ length: 4 * times }, (_, example) =>
      GRADIENTS[example % 6].map((value, i) => value * ((example % 3) - i / 9)),
    )
    const mean = (examples: readonly (readonly number[])[], of: number): number[] =>
      START.map((_, i) => examples.reduce((sum, gradient) => sum + gradient[i] / of, 0))
    const parts = Array.from({ length: times }, (_, part) => mean(whole.slice(4 * part, 4 * part + 4), whole.length))
    const summed = START.map((_, i) => parts.reduce((sum, gradient) => sum + gradient[i], 0))
    for (const { optimiser } of UPDATES) {
      const update = declareUpdate({ optimiser, parameters: PARAMETERS, clipNorm: 0.3 })
      expectClose(trained(update, START, [summed])[0], trained(update, START, [mean(whole, whole.length)])[0], 12)
    }
  })
})

/** The parameters after each gradient. */
function trained(
  { spec, slots, scheduleAt }: DenseUpdate,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
): number[][] {
  let state: Record<string, ArrayLike<number>> = { parameters: start }
  for (const { name, start: value } of slots) state[name] = start.map(() => value)
  return gradients.map((gradient, t) => {
    const fed = { ...state, gradient }
    const feeds = Object.fromEntries(Object.entries(fed).map(([name, data]) => [name, { data, shape: [data.length] }]))
    const next = interpret(spec, { ...feeds, schedule: { data: scheduleAt(t + 1, RATE), shape: [3] } })
    state = Object.fromEntries(Object.entries(next).map(([name, { data }]) => [name, data]))
    return [...next.parameters.data]
  })
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 8): void {
  expect(actual).toHaveLength(expected.length)
  Array.from(actual).forEach((value, i) => expect(value).toBeCloseTo(expected[i], digits))
}
