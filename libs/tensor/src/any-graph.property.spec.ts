import fc from 'fast-check'
import {
  add,
  concat,
  constant,
  contract,
  differentiate,
  divide,
  exp,
  expand,
  input,
  inputName,
  interpret,
  literal,
  log,
  logSumExp,
  maskedExp,
  matmul,
  multiply,
  normaliseRms,
  pad,
  reduceSum,
  reshape,
  rotary,
  rotaryAngles,
  rsqrt,
  scale,
  ShapeError,
  sigmoid,
  silu,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
  transpose,
  where,
  type Node,
} from './index'

const inputs = [
  input('rows', ['B', 4]),
  input('others', ['B', 4]),
  input('row', [1, 4]),
  input('vector', [4]),
  input('weight', [4, 4]),
  input('stack', ['B', 2, 4]),
]
const shapes = inputs.map(({ shape }) => shape.map((length) => (length === 'B' ? 3 : Number(length))))
const positive = (x: Node): Node => add(softplus(x), constant(0.5))
const last = ({ shape }: Node): number => shape.length - 1
const mask = literal([1, 0, 1, 1], [4])

/** Smooth operations, each of what may be any two nodes; where those do not fit it, it refuses them. */
const operations: readonly ((a: Node, b: Node) => Node)[] = [
  add,
  subtract,
  multiply,
  (a, b) => divide(a, positive(b)),
  (a, b) => scale(matmul(a, b), 0.5),
  (a, b) => scale(matmul(a, b, { transposeA: true }), 0.5),
  (a, b) => scale(matmul(a, b, { transposeB: true }), 0.5),
  (a, b) => scale(matmul(a, b, { transposeA: true, transposeB: true }), 0.5),
  (a, b) => scale(contract(a, b), 0.3),
  (a, b) => concat([a, b], last(a)),
  (a, b) => multiply(expand(a, b), b),
  (a, b) => where(mask, a, b),
  (a) => transpose(a),
  (a) => tanh(a),
  (a) => sigmoid(a),
  (a) => exp(tanh(a)),
  (a) => softplus(a),
  (a) => silu(a),
  (a) => square(tanh(a)),
  (a) => sqrt(positive(a)),
  (a) => rsqrt(positive(a)),
  (a) => log(positive(a)),
  (a) => softmax(a),
  (a) => logSumExp(a, last(a)),
  (a) => maskedExp(tanh(a), mask),
  (a) => normaliseRms(a),
  (a) => reduceSum(a, [0]),
  (a) => reduceSum(a, [last(a)]),
  (a) => slice(a, last(a), [1, 3]),
  (a) => pad(a, last(a), [1, 1]),
  (a) => add(slice(a, last(a), [0, 2]), slice(a, last(a), [2, 4])),
  (a) => reshape(a, ['B', 2, 2]),
  (a) => reshape(a, ['B', 4]),
  (a) => rotary(a, rotaryAngles({ positions: 2, width: 2 })),
]

const recipe = fc.array(fc.record({ operation: fc.nat(operations.length - 1), a: fc.nat(), b: fc.nat() }), { minLength: 1, maxLength: 9 })

/** A scalar of what a recipe makes of the inputs, the newest nodes first in line to be used again; what does not fit is left out. */
function lossOf(steps: readonly { operation: number; a: number; b: number }[]): Node {
  const nodes: Node[] = [...inputs]
  for (const { operation, a, b } of steps) {
    const pick = (turn: number): Node => nodes[nodes.length - 1 - (turn % nodes.length)]
    try {
      nodes.push(operations[operation](pick(a), pick(b)))
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
    }
  }
  return nodes.slice(-2).map((node) => reduceSum(tanh(node))).reduce(add) // prettier-ignore
}

type Cells = readonly (readonly number[])[]
const cellsOf = (salt: number): Cells =>
  shapes.map((shape, i) => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, cell) => Math.sin(1.3 * cell + 2.1 * i + salt)))
const direction = cellsOf(17)

/** What nodes come to where inputs hold some cells, moved a little along a direction. */
function valuesAt(cells: Cells, outputs: Record<string, Node>, shift = 0): Record<string, Float64Array> {
  const feeds = Object.fromEntries(
    inputs.map((node, i) => [
      inputName(node),
      { data: cells[i].map((value, cell) => value + shift * direction[i][cell]), shape: shapes[i] },
    ]),
  )
  const found = interpret({ name: 'any', inputs, outputs }, feeds)
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data]))
}

/** How fast a scalar changes along the direction, by its gradients and by differences. */
function slopes(loss: Node, cells: Cells): [byGradient: number, byDifference: number] {
  const gradients = differentiate(loss, inputs)
  const found = valuesAt(cells, Object.fromEntries(gradients.map((node, i) => [`by ${i}`, node])))
  const byGradient = inputs.map((_, i) => direction[i].reduce((sum, along, cell) => sum + along * found[`by ${i}`][cell], 0))
  const [after, before] = [STEP, -STEP].map((shift) => valuesAt(cells, { loss }, shift).loss[0])
  return [byGradient.reduce((a, b) => a + b), (after - before) / (2 * STEP)]
}

const STEP = 1e-5

function expectEqualSlopes(loss: Node, cells: Cells): void {
  const [byGradient, byDifference] = slopes(loss, cells)
  expect(Math.abs(byGradient - byDifference)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(byDifference)))
}

describe('of any graph of smooth operations', () => {
  it('the gradient is how the loss changes, along all inputs at once', () => {
    fc.assert(
      fc.property(recipe, fc.nat(99), (steps, salt) => expectEqualSlopes(lossOf(steps), cellsOf(salt))),
      RUNS,
    )
  })

  it('the gradient is a graph that has a gradient again, as true as the first', () => {
    fc.assert(
      fc.property(recipe, fc.nat(99), (steps, salt) => {
        const first = differentiate(lossOf(steps), inputs)
        const slope = first.map((node) => reduceSum(tanh(node))).reduce(add)
        expectEqualSlopes(slope, cellsOf(salt))
      }),
      RUNS,
    )
  })

  it('every gradient has the shape of what it is of', () => {
    fc.assert(
      fc.property(recipe, (steps) => {
        expect(differentiate(lossOf(steps), inputs).map(({ shape }) => shape)).toEqual(inputs.map(({ shape }) => shape))
      }),
      RUNS,
    )
  })
})

const RUNS = { numRuns: 60, seed: 1 } // differences have an error: what they are held to is chosen once
