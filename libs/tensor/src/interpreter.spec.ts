import {
  add,
  concat,
  constant,
  contract,
  detach,
  divide,
  equal,
  exp,
  expand,
  eye,
  floor,
  input,
  interpret,
  interpretGraph,
  literal,
  log,
  logSumExp,
  maskedExp,
  matmul,
  multiply,
  pad,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  rotary,
  rsqrt,
  scale,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  step,
  subtract,
  tanh,
  transpose,
  where,
  type Node,
} from './index'
import { kernels } from './kernels'
import { topological } from './order'

const x = input('x', ['B', 3])
const v = input('v', [3])
const feeds = { x: { data: [1, 2, 3, 4, 5, 6], shape: [2, 3] }, v: { data: [10, 20, 30], shape: [3] } }

const stack = reshape(x, ['B', 1, 3])
const quarter = { cosines: literal([0], [1, 1]), sines: literal([1], [1, 1]) }

/** Worked out by hand. */
const cases: [string, Node, number[]][] = [
  ['adds a row to each row', add(x, v), [11, 22, 33, 14, 25, 36]],
  ['subtracts', subtract(v, x), [9, 18, 27, 6, 15, 24]],
  ['multiplies', multiply(x, x), [1, 4, 9, 16, 25, 36]],
  ['divides', divide(v, x), [10, 10, 10, 2.5, 4, 5]],
  ['compares', equal(x, constant(5)), [0, 0, 0, 0, 1, 0]],
  ['multiplies matrices', matmul(x, x, { transposeB: true }), [14, 32, 32, 77]],
  ['multiplies a transposed matrix', matmul(x, x, { transposeA: true }), [17, 22, 27, 22, 29, 36, 27, 36, 45]],
  ['multiplies a stack by one matrix', matmul(stack, literal([1, 0, 1], [3, 1])), [4, 10]],
  ['multiplies stacks pair by pair', matmul(stack, stack, { transposeB: true }), [14, 77]],
  [
    'multiplies stacks pair by pair, the left read transposed',
    reduceSum(matmul(stack, stack, { transposeA: true }), [1]),
    [6, 12, 18, 60, 75, 90],
  ],
  ['contracts rows', contract(stack, slice(stack, 2, [0, 2])), [17, 22, 22, 29, 27, 36]],
  ['holds numbers', literal([3, 1, 2], [3]), [3, 1, 2]],
  ['chooses', where(step(subtract(x, constant(3))), x, constant(0)), [0, 0, 0, 4, 5, 6]],
  ['rounds down', floor(subtract(constant(0.5), x)), [-1, -2, -3, -4, -5, -6]],
  ['squares', square(x), [1, 4, 9, 16, 25, 36]],
  ['turns halves by a quarter', rotary(reshape(slice(x, 1, [0, 2]), ['B', 1, 2]), quarter), [-2, 1, -5, 4]],
  ['takes exponentials of what a mask lets through', maskedExp(scale(x, 0), literal([1, 0, 2], [3])), [1, 0, 2, 1, 0, 2]],
  ['transposes', transpose(x), [1, 4, 2, 5, 3, 6]],
  ['clips', relu(subtract(x, constant(3))), [0, 0, 0, 1, 2, 3]],
  ['steps, with 0 at the tie', step(subtract(x, constant(3))), [0, 0, 0, 1, 1, 1]],
  ['sums along an axis', reduceSum(x, [1]), [6, 15]],
  ['sums everything', reduceSum(x), [21]],
  ['finds the largest', reduceMax(x, [0]), [4, 5, 6]],
  ['joins', concat([x, reduceSum(x, [1])], 1), [1, 2, 3, 6, 4, 5, 6, 15]],
  ['slices', slice(x, 1, [1, 2]), [2, 5]],
  ['pads', pad(slice(x, 1, [0, 1]), 1, [1, 1]), [0, 1, 0, 0, 4, 0]],
  ['reshapes', reshape(x, [3, 'B']), [1, 2, 3, 4, 5, 6]],
  ['expands', expand(v, x), [10, 20, 30, 10, 20, 30]],
  ['makes a diagonal', eye(matmul(x, x, { transposeB: true })), [1, 0, 0, 1]],
  ['hands a detached value on', detach(v), [10, 20, 30]],
  ['takes roots', sqrt(multiply(v, v)), [10, 20, 30]],
  ['inverts exp by log', log(exp(x)), [1, 2, 3, 4, 5, 6]],
  [
    'knows that sigmoid is half of a shifted tanh',
    subtract(sigmoid(x), divide(add(tanh(divide(x, constant(2))), constant(1)), constant(2))),
    [0, 0, 0, 0, 0, 0],
  ],
  ['knows that silu is x times a sigmoid', subtract(silu(x), multiply(x, sigmoid(x))), [0, 0, 0, 0, 0, 0]],
  ['knows that rsqrt turns squares into reciprocals', multiply(rsqrt(square(x)), x), [1, 1, 1, 1, 1, 1]],
  [
    'knows that a softmax is e to the distance from the log-sum-exp',
    subtract(softmax(x), exp(subtract(x, logSumExp(x, 1)))),
    [0, 0, 0, 0, 0, 0],
  ],
  ['knows that softplus is the log of a sum', subtract(softplus(x), log(add(exp(x), constant(1)))), [0, 0, 0, 0, 0, 0]],
]

describe('interpret', () => {
  it.each(cases)('%s', (_, node, expected) => {
    const { value } = interpret({ name: 'case', inputs: [x, v], outputs: { value: node } }, feeds)
    expect([...value.data].map((cell) => Math.round(cell * 1e9) / 1e9 + 0)).toEqual(expected)
  })

  it('is checked for every operation that it computes', () => {
    const checked = new Set<string>(cases.flatMap(([, node]) => topological([node]).map(({ op }) => op)))
    expect(Object.keys(kernels).filter((op) => !checked.has(op))).toEqual([])
  })

  it('neither overflows nor vanishes in softplus and log-sum-exp', () => {
    const spec = { name: 'extremes', inputs: [x], outputs: { softplus: softplus(x), logSumExp: logSumExp(x, 1) } }
    const result = interpret(spec, { x: { data: [1000, -1000, 0, 900, 900, 900], shape: [2, 3] } })
    expect([...result.softplus.data.slice(0, 2)]).toEqual([1000, 0])
    expect(result.logSumExp.data[0]).toBe(1000)
    expect(result.logSumExp.data[1]).toBeCloseTo(900 + Math.log(3), 9)
  })

  it('gives a batch of none an empty result', () => {
    const { sum, rows } = interpret(
      { name: 'none', inputs: [x], outputs: { sum: reduceSum(x), rows: add(x, constant(1)) } },
      { x: { data: [], shape: [0, 3] } },
    )
    expect([...sum.data]).toEqual([0])
    expect(rows).toMatchObject({ shape: [0, 3] })
  })
})

describe('interpretGraph', () => {
  it('runs as any runner does: Float32 in, Float32 out', async () => {
    const runner = await interpretGraph({ name: 'sum', inputs: [v], outputs: { sum: reduceSum(v, [0]) } })
    expect(await runner.run({ v: { data: Float32Array.of(0.1, 0.2, 0.3), shape: [3] } })).toEqual({
      sum: Float32Array.of(0.6000000089406967),
    })
    await runner.release()
  })
})
