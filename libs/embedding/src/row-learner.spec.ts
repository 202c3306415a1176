import { layoutOf, type TableOptions } from './layout'
import type { RowOptimiser } from './row-optimiser'
import { RowLearner } from './row-learner'
import { openTable } from './table'

const ADAM = { kind: 'adam', learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
const FTRL = { kind: 'ftrl', alpha: 0.5, beta: 1, l1: 0.25, l2: 0.1 } as const

/** A record of one segment, and a step of it. */
function rowOf(optimiser: RowOptimiser, ...vector: number[]) {
  const layout = layoutOf({ width: vector.length, segments: [vector.length], optimisers: [optimiser], rowScales: [0], seed: 1 })
  const floats = new Float32Array(layout.stride)
  const words = new Uint32Array(floats.buffer)
  const learner = new RowLearner(layout, [optimiser])
  floats.set(vector)
  const step = (rate: number, ...gradient: number[]): number[] => {
    learner.turnTo(rate)
    learner.gradient.set(gradient)
    learner.learn(floats, words, 0)
    return [...floats.subarray(0, vector.length)]
  }
  return { step, floats, layout }
}

const close = (values: number[], expected: number[]): void => values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5))

describe('a row', () => {
  it('descends by SGD, at a rate that the step may scale', () => {
    const { step } = rowOf({ kind: 'sgd', learningRate: 0.5 }, 1, 2)
    close(step(1, 1, -1), [0.5, 2.5])
    close(step(0.5, 1, -1), [0.25, 2.75])
  })

  it('keeps one accumulator a segment by Adagrad: the mean of the squares', () => {
    const { step, floats } = rowOf({ kind: 'adagrad', learningRate: 0.1, epsilon: 1e-8 }, 0, 0)
    close(step(1, 3, 4), [-0.1 * (3 / Math.sqrt(12.5)), -0.1 * (4 / Math.sqrt(12.5))])
    expect(floats[2]).toBe(12.5)
  })

  // torch.optim.Adam(lr=0.1) on one parameter that begins at 1, with gradients 0.5, -0.25, 0.125 (PyTorch 2.15.0)
  it('moves by Adam as if only the steps that touch it had been: golden numbers from PyTorch', () => {
    const { step } = rowOf(ADAM, 1)
    const seen = [0.5, -0.25, 0.125].map((g) => step(1, g)[0])
    close(seen, GOLDEN_ADAM)
  })

  it('by FTRL stays exactly 0 until its gradients outweigh l1, then follows the closed form', () => {
    const { step } = rowOf(FTRL, 0)
    expect(step(1, 0.2)).toEqual([0])
    // z = 0.2 + 0.6 = 0.8, n = 0.04 + 0.36 = 0.4: w = −(0.8 − 0.25) / ((1 + √0.4) / 0.5 + 0.1)
    close(step(1, 0.6), [-(0.8 - 0.25) / ((1 + Math.sqrt(0.4)) / 0.5 + 0.1)])
  })

  it('learns by segments: each by its own optimiser, in words of its own', () => {
    const options: TableOptions = {
      ...{ width: 4, segments: [2, 1, 1], rowScales: [0, 0, 0], seed: 1 },
      optimisers: [ADAM, FTRL, { kind: 'sgd', learningRate: 1 }],
    }
    const layout = layoutOf(options)
    expect(layout).toMatchObject({ slots: [4, 9, 11], frequency: 11, stride: 15 })
    const floats = new Float32Array(layout.stride)
    const learner = new RowLearner(layout, options.optimisers ?? [])
    learner.gradient.set([1, -1, 0.6, 2])
    learner.learn(floats, new Uint32Array(floats.buffer), 0)
    close([...floats.subarray(0, 2)], [-0.1, 0.1])
    expect(floats[2]).toBeLessThan(0)
    expect(floats[3]).toBe(-2)
  })
})

describe('a table', () => {
  const options: TableOptions = { width: 2, segments: [2], rowScales: [0.5], seed: 3, optimisers: [ADAM] }

  it('moves the rows that it is told, and no others', () => {
    const table = openTable(options)
    const pairs = Uint32Array.of(5, 0, 6, 0)
    const rows = table.rowsOf(pairs, 2, { step: 1 })
    const [before, after] = [new Float32Array(4), new Float32Array(4)]
    table.gather(pairs, 2, before)
    table.learn(rows.subarray(0, 1), Float32Array.of(1, 1), { rate: 1 })
    table.gather(pairs, 2, after)
    expect(after[0]).toBeLessThan(before[0])
    expect(after.subarray(2)).toEqual(before.subarray(2))
  })

  it('goes on from a restore with what its optimisers keep', () => {
    const [one, other] = [openTable(options), openTable(options)]
    const pairs = Uint32Array.of(5, 0)
    const learn = (table: typeof one): void => table.learn(table.rowsOf(pairs, 1, { step: 1 }), Float32Array.of(1, 2), { rate: 1 })
    learn(one)
    other.restore([...one.serialise()])
    learn(one)
    learn(other)
    expect([...other.serialise()].map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(
      [...one.serialise()].map(({ bytes }) => Buffer.from(bytes).toString('hex')),
    )
  })

  it('refuses what another optimiser has kept, and a number of optimisers that is not that of its segments', () => {
    const parts = [...openTable(options).serialise()]
    expect(() => openTable({ ...options, optimisers: [FTRL] }).restore(parts)).toThrow('the stored table was made with')
    expect(() => openTable({ ...options, optimisers: [ADAM, FTRL] })).toThrow('optimisers is 2, but each of the 1 segments has one')
  })
})

const GOLDEN_ADAM = [0.9000000357627869, 0.8733663558959961, 0.8393234610557556]
