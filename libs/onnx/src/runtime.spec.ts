import {
  add,
  concat,
  constant,
  contract,
  detach,
  differentiate,
  divide,
  dropout,
  equal,
  exp,
  expand,
  eye,
  floor,
  input,
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
  rotaryAngles,
  rsqrt,
  scale,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  sqrt,
  square as squared,
  step,
  subtract,
  tanh,
  transpose,
  where,
  type Feed,
  type GraphSpec,
  type Node,
} from '@freshet/tensor'
import { compileOnnx } from './runtime'
import { translations } from './translations'

const x = input('x', ['B', 3])
const y = input('y', ['B', 3])
const v = input('v', [3])
const w = input('w', [3, 2])
const cube = input('cube', ['B', 2, 3])
const inputs = [x, y, v, w, cube]
const feeds = { x: feed([4, 3], 1), y: feed([4, 3], 2), v: feed([3], 3), w: feed([3, 2], 4), cube: feed([4, 2, 3], 5) }
const square = matmul(x, y, { transposeB: true })
const positive = add(multiply(x, x), constant(0.1))

const cases: [string, Node][] = [
  ['a broadcast sum', add(x, v)],
  ['a difference of a row and a column', subtract(v, reduceSum(x, [1]))],
  ['a product', multiply(x, y)],
  ['a quotient', divide(y, positive)],
  ['an equality', equal(x, reduceMax(x, [1]))],
  ['a matrix product', matmul(x, w)],
  ['a matrix product with its left side transposed', matmul(x, y, { transposeA: true })],
  ['a matrix product with its right side transposed', square],
  ['a matrix product with both sides transposed', matmul(w, x, { transposeA: true, transposeB: true })],
  ['a stack by one matrix', matmul(cube, w)],
  ['a stack by one matrix that is read transposed', matmul(cube, transpose(w), { transposeB: true })],
  ['stacks pair by pair', matmul(cube, transpose(cube, [0, 2, 1]))],
  ['stacks pair by pair, the left read transposed', matmul(cube, cube, { transposeA: true })],
  ['stacks pair by pair, the right read transposed', matmul(cube, cube, { transposeB: true })],
  ['stacks pair by pair, both read transposed', matmul(cube, transpose(cube, [0, 2, 1]), { transposeA: true, transposeB: true })],
  ['a contraction of a stack', contract(cube, slice(cube, 2, [0, 2]))],
  ['a contraction of matrices', contract(x, y)],
  ['a literal', add(x, literal([1, -2, 3], [3]))],
  ['a choice by what was compared', where(equal(x, reduceMax(x, [1])), y, constant(-1))],
  ['a choice by numbers', where(relu(x), x, y)],
  ['silu', silu(scale(x, 8))],
  ['rsqrt', rsqrt(positive)],
  ['a square', squared(x)],
  ['floor', floor(add(scale(x, 5), constant(0.03)))],
  ['a softmax, far out', softmax(scale(x, 60))],
  ['a softmax of a stack', softmax(cube)],
  // fed as they are: what is dropped is exact in Float32, and so the very same
  ['a dropout', dropout(cube, { seeds: concat([x, y, slice(x, 1, [0, 2])], 1), rate: 0.5, name: 'd' })],
  ['exponentials under a mask, far out', maskedExp(scale(cube, 200), literal([1, 0, 1], [1, 3]))],
  ['rows that are turned', rotary(reshape(cube, ['B', 3, 2]), rotaryAngles({ positions: 3, width: 2 }))],
  [
    'rows that are turned back',
    differentiate(reduceSum(squared(rotary(reshape(cube, ['B', 1, 6]), rotaryAngles({ positions: 1, width: 6 })))), [cube])[0],
  ],
  ['a layer that the runtime fuses', relu(add(matmul(x, w), constant(0.2, [2])))],
  ['a transpose', transpose(x)],
  ['a permutation', transpose(cube, [2, 0, 1])],
  ['step', step(x)],
  ['sigmoid', sigmoid(scale(x, 8))],
  ['tanh', tanh(x)],
  ['exp', exp(x)],
  ['log', log(positive)],
  ['sqrt', sqrt(positive)],
  ['softplus, far out on both sides', softplus(scale(x, 60))],
  ['a detached node', detach(x)],
  ['a sum over two axes', reduceSum(cube, [0, 2])],
  ['a maximum', reduceMax(cube, [1])],
  ['a log-sum-exp', logSumExp(scale(x, 50), 1)],
  ['parts side by side', concat([cube, reduceSum(cube, [1])], 1)],
  ['a slice', slice(cube, 2, [1, 3])],
  ['padding', pad(cube, 1, [1, 2])],
  ['a reshape that joins axes', reshape(cube, ['B', 6])],
  ['a reshape that moves the batch', reshape(cube, [6, 'B'])],
  ['an expansion', expand(v, cube)],
  ['a diagonal', eye(square)],
]

describe('ONNX Runtime', () => {
  it.each(cases)('agrees with the interpreter on %s', async (_, node) => {
    await expectAgreement({ name: 'case', inputs, outputs: { value: node } }, feeds)
  })

  it('is checked for every operation that is translated', () => {
    const checked = new Set<string>()
    const visit = (node: Node): void => {
      checked.add(node.op)
      node.inputs.forEach(visit)
    }
    cases.forEach(([, node]) => visit(node))
    expect(Object.keys(translations).filter((op) => !checked.has(op))).toEqual([])
  })

  it('agrees with the interpreter on a gradient', async () => {
    const loss = reduceSum(softplus(matmul(relu(matmul(x, w)), slice(transpose(w), 1, [0, 2]))))
    const [byX, byW] = differentiate(loss, [x, w])
    await expectAgreement({ name: 'gradient', inputs, outputs: { loss, byX, byW } }, feeds)
  })

  it('runs one compiled graph at any batch, down to none', async () => {
    const runner = await compileOnnx()({ name: 'any', inputs: [x], outputs: { sum: reduceSum(x), twice: scale(x, 2) } })
    for (const batch of [1, 7, 1000, 0]) {
      const { sum, twice } = await runner.run({ x: { data: new Float32Array(batch * 3).fill(1), shape: [batch, 3] } })
      expect(sum[0]).toBe(3 * batch)
      expect(twice).toHaveLength(3 * batch)
    }
    await runner.release()
  })

  it('writes into what is spent, where that is as long, and otherwise as if nothing were', async () => {
    const runner = await compileOnnx()({ name: 'spent', inputs: [x], outputs: { sum: reduceSum(x), twice: scale(x, 2) } })
    const feedOf = (batch: number, value: number) => ({ x: { data: new Float32Array(batch * 3).fill(value), shape: [batch, 3] } })
    const first = await runner.run(feedOf(2, 1))
    const second = await runner.run(feedOf(2, 5), first)
    expect(second.twice).toBe(first.twice)
    expect(second).toEqual({ sum: Float32Array.of(30), twice: new Float32Array(6).fill(10) })
    const third = await runner.run(feedOf(4, 1), second)
    expect(third).toEqual({ sum: Float32Array.of(12), twice: new Float32Array(12).fill(2) })
    expect(second.twice).toEqual(new Float32Array(6).fill(10))
    await runner.release()
  })

  it('gives an input back under a name of its own, and one node under two', async () => {
    const sum = add(x, y)
    await expectAgreement({ name: 'aliases', inputs, outputs: { same: x, sum, again: sum } }, feeds)
  })

  it('lets an output be named like an input, as an update is', async () => {
    const runner = await compileOnnx()({ name: 'update', inputs: [v], outputs: { v: scale(v, 2) } })
    expect(await runner.run({ v: { data: Float32Array.of(1, 2, 3), shape: [3] } })).toEqual({ v: Float32Array.of(2, 4, 6) })
    await runner.release()
  })

  it('reads a view into a larger buffer where it stands', async () => {
    const runner = await compileOnnx()({ name: 'view', inputs: [v], outputs: { sum: reduceSum(v) } })
    const { sum } = await runner.run({ v: { data: Float32Array.of(9, 9, 1, 2, 3, 9).subarray(2, 5), shape: [3] } })
    expect(sum[0]).toBe(6)
    await runner.release()
  })

  it('gives equal bits run after run', async () => {
    const spec = { name: 'bits', inputs, outputs: { value: matmul(softplus(x), w) } }
    const [first, second] = [await compileOnnx()(spec), await compileOnnx()(spec)]
    expect(await first.run(feeds)).toEqual(await second.run(feeds))
    expect(await first.run(feeds)).toEqual(await first.run(feeds))
    await Promise.all([first.release(), second.release()])
  })

  it('refuses a feed of the wrong shape before the runtime sees it', async () => {
    const runner = await compileOnnx()({ name: 'sum', inputs: [v], outputs: { sum: reduceSum(v) } })
    await expect(runner.run({ v: feed([4], 1) })).rejects.toThrow("feed 'v' of sum: expected [3], got [4]")
    await runner.release()
  })
})

async function expectAgreement(spec: GraphSpec, feeds: Record<string, Feed>): Promise<void> {
  const [compiled, interpreted] = [await compileOnnx()(spec), await interpretGraph(spec)]
  const [actual, expected] = [await compiled.run(feeds), await interpreted.run(feeds)]
  await compiled.release()
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    expect(actual[name]).toHaveLength(values.length)
    values.forEach((value, cell) => expect(Math.abs(actual[name][cell] - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value))))
  }
}

/** Values of both signs that repeat nothing. */
function feed(shape: number[], seed: number): Feed {
  const cells = shape.reduce((product, length) => product * length, 1)
  return { data: Float32Array.from({ length: cells }, (_, i) => ((((i + 1) * 37 * (2 * seed + 1)) % 101) - 50) / 50), shape }
}
