import {
  add,
  centralDifference,
  concat,
  constant,
  contract,
  detach,
  differentiate,
  divide,
  equal,
  exp,
  expand,
  eye,
  floor,
  input,
  inputName,
  interpret,
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
  type Node,
  type NumericFeeds,
  type Op,
  type Shape,
  ShapeError,
} from './index'
import { topological } from './order'
import { gradientRules } from './rules'

const x = input('x', ['B', 3])
const y = input('y', ['B', 3])
const row = input('row', [1, 3])
const vector = input('vector', [3])
const w = input('w', [3, 2])
const cube = input('cube', ['B', 2, 3])
const square = input('square', ['B', 'B'])
const inputs = [x, y, row, vector, w, cube, square]
const feeds: NumericFeeds = {
  x: { data: [0.3, -1.2, 2, 0.7, 0.1, -0.4], shape: [2, 3] },
  y: { data: [1.3, 0.6, -0.8, 0.9, -1.1, 0.5], shape: [2, 3] },
  row: { data: [1.5, -0.5, 0.25], shape: [1, 3] },
  vector: { data: [-0.7, 1.1, 0.4], shape: [3] },
  w: { data: [0.2, -0.3, 0.5, 0.8, -1, 0.4], shape: [3, 2] },
  cube: { data: [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, 0.8, -0.9, 1, 1.1, -1.2], shape: [2, 2, 3] },
  square: { data: [0.5, -0.6, 1.2, 0.9], shape: [2, 2] },
}

/** A scalar whose gradient differs from cell to cell. */
const scalar = (node: Node): Node => reduceSum(multiply(node, add(node, constant(0.5))))
const positive = (node: Node): Node => add(multiply(node, node), constant(0.1))

const losses: [string, Node][] = [
  ['a sum whose operand is broadcast along rows', scalar(add(x, row))],
  ['a sum whose operand lacks an axis', scalar(add(vector, x))],
  ['a sum of a row and a column', scalar(add(row, reduceSum(x, [1])))],
  ['a difference', scalar(subtract(row, x))],
  ['a product whose operand is broadcast', scalar(multiply(x, row))],
  ['a product with a scalar', scalar(scale(x, -3))],
  ['a quotient, both sides of it', scalar(divide(x, positive(y)))],
  ['a quotient by a broadcast row', scalar(divide(x, positive(row)))],
  ['a matrix product', scalar(matmul(x, w))],
  ['a matrix product with its left side transposed', scalar(matmul(x, y, { transposeA: true }))],
  ['a matrix product with its right side transposed', scalar(matmul(x, y, { transposeB: true }))],
  ['a matrix product with both sides transposed', scalar(matmul(w, x, { transposeA: true, transposeB: true }))],
  ['a stack of matrices by one', scalar(matmul(cube, w))],
  ['a stack of matrices by one that is read transposed', scalar(matmul(cube, transpose(w), { transposeB: true }))],
  ['matrices pair by pair', scalar(matmul(cube, transpose(cube, [0, 2, 1])))],
  ['matrices pair by pair, the left ones transposed', scalar(matmul(cube, scale(cube, 2), { transposeA: true }))],
  ['matrices pair by pair, the right ones transposed', scalar(matmul(cube, scale(cube, 2), { transposeB: true }))],
  ['matrices pair by pair, all transposed', scalar(matmul(cube, transpose(cube, [0, 2, 1]), { transposeA: true, transposeB: true }))],
  ['a contraction of all rows', scalar(contract(cube, slice(cube, 2, [0, 2])))],
  ['a transpose', scalar(matmul(transpose(w), transpose(x)))],
  ['a permutation of three axes', scalar(multiply(transpose(cube, [1, 2, 0]), constant(2, [2, 1, 1])))],
  ['relu away from its tie', scalar(relu(x))],
  ['step away from its tie', scalar(multiply(step(x), y))],
  ['sigmoid', scalar(sigmoid(x))],
  ['tanh', scalar(tanh(x))],
  ['exp', scalar(exp(x))],
  ['log', scalar(log(positive(x)))],
  ['sqrt', scalar(sqrt(positive(x)))],
  ['softplus', scalar(softplus(x))],
  ['silu', scalar(silu(x))],
  ['rsqrt', scalar(rsqrt(positive(x)))],
  ['a square', scalar(squared(x))],
  ['floor away from whole numbers', scalar(multiply(floor(add(x, constant(0.25))), y))],
  ['a choice', scalar(where(step(y), x, scale(row, 2)))],
  ['a softmax', scalar(softmax(x))],
  ['a softmax of a stack', scalar(multiply(softmax(cube), cube))],
  ['rows that are turned by their positions', scalar(rotary(reshape(cube, ['B', 3, 2]), rotaryAngles({ positions: 3, width: 2 })))],
  ['exponentials under a mask', scalar(maskedExp(x, literal([1, 0, 1], [3])))],
  ['a literal', scalar(multiply(x, literal([1, -2, 3], [3])))],
  ['a sum over the batch', scalar(reduceSum(x, [0]))],
  ['a sum over two axes of three', scalar(reduceSum(cube, [0, 2]))],
  ['a maximum', scalar(reduceMax(x, [1]))],
  ['a log-sum-exp', scalar(logSumExp(x, 1))],
  ['parts side by side', scalar(multiply(concat([x, y, x], 1), concat([y, x, x], 1)))],
  ['a slice', scalar(slice(x, 1, [1, 3]))],
  ['slices that tile their whole', add(scalar(slice(x, 1, [1, 3])), scalar(slice(x, 1, [0, 1])))],
  ['slices that leave gaps', add(scalar(slice(x, 1, [2, 3])), scalar(slice(x, 1, [0, 1])))],
  ['slices that overlap', add(scalar(slice(x, 1, [0, 2])), scalar(slice(x, 1, [1, 3])))],
  ['slices along two axes', add(scalar(slice(cube, 1, [0, 1])), scalar(slice(cube, 2, [1, 3])))],
  ['a slice beside a use of the whole', add(add(scalar(slice(x, 1, [0, 1])), scalar(slice(x, 1, [1, 2]))), scalar(x))],
  ['padding', scalar(add(pad(x, 1, [1, 2]), constant(1, [1, 6])))],
  ['another shape', scalar(matmul(reshape(cube, ['B', 6]), constant(0.3, [6, 2])))],
  ['an expansion', scalar(multiply(expand(row, x), add(y, expand(vector, y))))],
  ['an expansion that a product cannot take over', scalar(matmul(expand(row, x), w))],
  ['the diagonal', scalar(multiply(square, eye(square)))],
  ['an equality', scalar(multiply(equal(x, detach(x)), x))],
  ['a node that is used twice', scalar(add(multiply(x, x), x))],
]

describe('differentiate', () => {
  it.each(losses)('equals the central difference for %s', (_, loss) => {
    for (const wanted of inputs) expectClose(gradientOf(loss, wanted), differenceOf(loss, wanted))
  })

  it('is checked for every operation that has a rule', () => {
    const checked = new Set<Op>(losses.flatMap(([, loss]) => topological([loss]).map(({ op }) => op)))
    expect(Object.keys(gradientRules).filter((op) => ![...checked].some((known) => known === op))).toEqual([])
  })

  it('takes zero for the derivative of relu at its tie', () => {
    const tied = { ...feeds, x: { data: [0, 0, 0, 1, -1, 0], shape: [2, 3] } }
    expect([...gradientOf(reduceSum(relu(x)), x, tied)]).toEqual([0, 0, 0, 1, 0, 0])
  })

  it('shares the derivative of a maximum among those that tie', () => {
    const tied = { ...feeds, x: { data: [2, 2, 1, 3, 3, 3], shape: [2, 3] } }
    expectClose(gradientOf(reduceSum(reduceMax(x, [1])), x, tied), [1 / 2, 1 / 2, 0, 1 / 3, 1 / 3, 1 / 3])
  })

  it('lets nothing flow through a detached node', () => {
    expect([...gradientOf(reduceSum(multiply(detach(x), y)), x)]).toEqual([0, 0, 0, 0, 0, 0])
    expectClose(gradientOf(reduceSum(multiply(detach(x), y)), y), feeds.x.data)
  })

  it('gives zeros in the shape of a node that the loss does not use', () => {
    const [gradient] = differentiate(reduceSum(x), [cube])
    expect(gradient.shape).toEqual(cube.shape)
    expect([...gradientOf(reduceSum(x), cube)]).toEqual(new Array(12).fill(0))
  })

  it('gives the loss itself a gradient of one', () => {
    const loss = reduceSum(x)
    const [gradient] = differentiate(loss, [loss])
    expect([...interpret({ name: 'one', inputs, outputs: { gradient } }, feeds).gradient.data]).toEqual([1])
  })

  it('puts the gradients of tiling slices side by side, without a sum', () => {
    const loss = add(scalar(slice(x, 1, [0, 1])), scalar(slice(x, 1, [1, 3])))
    expect(differentiate(loss, [x])[0]).toMatchObject({ op: 'concat', attributes: { axis: 1 } })
  })

  it('multiplies by a broadcast gradient without stretching it first', () => {
    const [gradient] = differentiate(reduceSum(multiply(x, y)), [x])
    expect(topological([gradient]).map(({ op }) => op)).not.toContain('expand')
  })

  it('refuses what a rule gives back where that is no sum of its input’s shape, naming operation and both shapes', () => {
    const misshapen = (op: 'tanh' | 'exp', shape: Shape): Node => ({ op, inputs: [vector], shape, attributes: {} })
    expect(() => differentiate(reduceSum(misshapen('tanh', [2])), [vector])).toThrow('gradient of tanh: expected what sums to [3], got [2]')
    expect(() => differentiate(reduceSum(misshapen('exp', [])), [vector])).toThrow('gradient of exp: expected what sums to [3], got []')
    expect(() => differentiate(reduceSum(misshapen('exp', [2, 4])), [vector])).toThrow(ShapeError)
  })

  it('refuses a loss that is no scalar, naming its shape', () => {
    expect(() => differentiate(x, [x])).toThrow('differentiate: expected a scalar loss, got [B, 3]')
  })
})

function gradientOf(loss: Node, wanted: Node, at = feeds): Float64Array {
  const [gradient] = differentiate(loss, [wanted])
  return interpret({ name: 'gradient', inputs, outputs: { gradient } }, at).gradient.data
}

const differenceOf = (loss: Node, wanted: Node): Float64Array =>
  centralDifference({ name: 'loss', inputs, outputs: { loss } }, feeds, {
    of: 'loss',
    by: inputName(wanted),
  })

function expectClose(actual: Float64Array, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, cell) => expect(value).toBeCloseTo(expected[cell], 6))
}
