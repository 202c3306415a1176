import fc from 'fast-check'
import {
  add,
  cellCount,
  concat,
  contract,
  divide,
  expand,
  input,
  interpret,
  matmul,
  pad,
  reduceMax,
  reduceSum,
  slice,
  softmax,
  subtract,
  transpose,
  where,
  type Node,
  type Tensor,
} from './index'

/** A tensor read by an index a cell. */
interface Read {
  readonly shape: readonly number[]
  at(index: readonly number[]): number
}

const shapeOf = (rank: { min: number; max: number }) =>
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank.min, maxLength: rank.max })
/** Whole numbers, so that sums are exact in any order: no two equal but for zeros, of which `salt` 1 has one in four. */
const cellsFor = (shape: readonly number[], salt = 1): number[] =>
  Array.from({ length: cellCount(shape) }, (_, i) => (salt === 1 && i % 4 === 1 ? 0 : ((i + 1) * 37 * salt) % 101))

/** The place of an index, row by row: the only arithmetic that the model of a tensor has. */
const read = (data: ArrayLike<number>, shape: readonly number[]): Read => ({
  shape,
  at: (index) => data[index.reduce((place, i, axis) => place * shape[axis] + i, 0)],
})

/** Every index of a shape, row by row. */
const indices = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>((all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])), [[]])

/** What a graph makes of tensors, by an index a cell. */
function computed(build: (...nodes: Node[]) => Node, ...tensors: readonly { data: readonly number[]; shape: readonly number[] }[]): Tensor {
  const inputs = tensors.map(({ shape }, i) => input(`x${i}`, shape))
  const feeds = Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor]))
  return interpret({ name: 'property', inputs, outputs: { value: build(...inputs) } }, feeds).value
}

function expectCells({ data, shape }: Tensor, of: readonly number[], cell: (index: readonly number[]) => number): void {
  expect(shape).toEqual(of)
  expect([...data]).toEqual(indices(of).map(cell))
}

/** Two shapes of which axes were left out or set to 1, so that they broadcast to the third. */
const broadcasting = shapeOf({ min: 0, max: 3 }).chain((shape) => {
  const narrowed = fc
    .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([left, ones]) => shape.slice(left).map((length, axis) => (ones[axis] ? 1 : length)))
  return fc.tuple(narrowed, narrowed)
})
const widest = (a: readonly number[], b: readonly number[]): number[] => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1))
}
/** The index of a narrow tensor's cell that a wide one's meets. */
const narrowed = (index: readonly number[], shape: readonly number[]): number[] =>
  shape.map((length, axis) => (length === 1 ? 0 : index[index.length - shape.length + axis]))

describe('the interpreter, beside tensors that are read by index', () => {
  it.each<[string, (a: Node, b: Node) => Node, (a: number, b: number) => number]>([
    ['adds', add, (a, b) => a + b],
    ['subtracts', subtract, (a, b) => a - b],
    ['divides', divide, (a, b) => a / b],
    ['chooses', (a, b) => where(a, a, b), (a, b) => (a === 0 ? b : a)],
  ])('%s whatever broadcasts', (_, operation, of) => {
    fc.assert(
      fc.property(broadcasting, ([a, b]) => {
        const [x, y] = [cellsFor(a), cellsFor(b, 2)]
        const [left, right] = [read(x, a), read(y, b)]
        const value = computed(operation, { data: x, shape: a }, { data: y, shape: b })
        expectCells(value, widest(a, b), (index) => of(left.at(narrowed(index, a)), right.at(narrowed(index, b))))
      }),
    )
  })

  it('sums and finds the largest along any axes', () => {
    fc.assert(
      fc.property(shapeOf({ min: 1, max: 4 }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (shape, chosen) => {
        const axes = [...shape.keys()].filter((axis) => chosen[axis])
        const data = cellsFor(shape)
        const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
        const meeting = (index: readonly number[]): number[] =>
          indices(shape).filter((full) => full.every((i, axis) => axes.includes(axis) || i === index[axis])).map(read(data, shape).at) // prettier-ignore
        expectCells(
          computed((x) => reduceSum(x, axes), { data, shape }),
          kept,
          (index) => meeting(index).reduce((a, b) => a + b),
        )
        expectCells(
          computed((x) => reduceMax(x, axes), { data, shape }),
          kept,
          (index) => Math.max(...meeting(index)),
        )
      }),
    )
  })

  it('turns axes in any order, and back', () => {
    const turned = shapeOf({ min: 1, max: 4 }).chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length })),
    )
    fc.assert(
      fc.property(turned, ([shape, permutation]) => {
        const data = cellsFor(shape)
        const value = computed((x) => transpose(x, permutation), { data, shape })
        const before = (index: readonly number[]): number[] => shape.map((_, axis) => index[permutation.indexOf(axis)])
        expectCells(value, permutation.map((axis) => shape[axis]), (index) => read(data, shape).at(before(index))) // prettier-ignore
        const back = permutation.map((_, axis) => permutation.indexOf(axis))
        expect([...computed((x) => transpose(transpose(x, permutation), back), { data, shape }).data]).toEqual(data)
      }),
    )
  })

  it('multiplies matrices and stacks of them, each read as it stands or transposed', () => {
    const lengths = fc.record({ stack: fc.nat(2), m: fc.integer({ min: 1, max: 3 }), k: fc.integer({ min: 1, max: 3 }), n: fc.nat(3) })
    fc.assert(
      fc.property(lengths, fc.boolean(), fc.boolean(), fc.boolean(), ({ stack, m, k, n }, isPaired, transposeA, transposeB) => {
        const pairs = stack === 0 ? [] : [stack]
        const flipsA = transposeA && (isPaired || pairs.length === 0)
        const a = [...pairs, ...(flipsA ? [k, m] : [m, k])]
        const b = [...(isPaired ? pairs : []), ...(transposeB ? [n, k] : [k, n])]
        const [x, y] = [cellsFor(a), cellsFor(b, 2)]
        const left = (p: readonly number[], i: number, j: number): number => read(x, a).at([...p, ...(flipsA ? [j, i] : [i, j])])
        const right = (p: readonly number[], i: number, j: number): number =>
          read(y, b).at([...(isPaired ? p : []), ...(transposeB ? [j, i] : [i, j])])
        const product = computed((p, q) => matmul(p, q, { transposeA: flipsA, transposeB }), { data: x, shape: a }, { data: y, shape: b })
        expectCells(product, [...pairs, m, n], (index) => {
          const [pair, [row, column]] = [index.slice(0, -2), index.slice(-2)]
          return Array.from({ length: k }, (_, i) => left(pair, row, i) * right(pair, i, column)).reduce((sum, part) => sum + part, 0)
        })
      }),
    )
  })

  it('contracts all rows of two stacks', () => {
    fc.assert(
      fc.property(shapeOf({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (rows, m, n) => {
        const [a, b] = [[...rows, m], [...rows, n]] // prettier-ignore
        const [x, y] = [cellsFor(a), cellsFor(b, 2)]
        const products = (i: number, j: number): number[] =>
          indices(rows).map((row) => read(x, a).at([...row, i]) * read(y, b).at([...row, j]))
        const value = computed(contract, { data: x, shape: a }, { data: y, shape: b })
        expectCells(value, [m, n], ([i, j]) => products(i, j).reduce((sum, part) => sum + part, 0))
      }),
    )
  })

  it('cuts along an axis and joins again, and finds what it has padded', () => {
    const cut = shapeOf({ min: 1, max: 3 }).chain((shape) =>
      fc.nat(shape.length - 1).chain((axis) => fc.tuple(fc.constant(shape), fc.constant(axis), fc.nat(shape[axis]), fc.nat(2), fc.nat(2))),
    )
    fc.assert(
      fc.property(cut, ([shape, axis, at, before, after]) => {
        const [data, end] = [cellsFor(shape), shape[axis]]
        const joined = computed((x) => concat([slice(x, axis, [0, at]), slice(x, axis, [at, end])], axis), { data, shape })
        expectCells(joined, shape, (index) => read(data, shape).at(index))
        const widened = shape.map((length, i) => (i === axis ? before + length + after : length))
        const inside = (i: number): boolean => i >= before && i < before + end
        const moved = (index: readonly number[]): number[] => index.map((i, other) => (other === axis ? i - before : i))
        expectCells(
          computed((x) => pad(x, axis, [before, after]), { data, shape }),
          widened,
          (index) => (inside(index[axis]) ? read(data, shape).at(moved(index)) : 0),
        )
      }),
    )
  })

  it('expands to what another has, cell by cell', () => {
    fc.assert(
      fc.property(broadcasting, ([a, b]) => {
        const [data, shape] = [cellsFor(a), widest(a, b)]
        const value = computed((x, like) => expand(x, like), { data, shape: a }, { data: cellsFor(shape), shape })
        expectCells(value, shape, (index) => read(data, a).at(narrowed(index, a)))
      }),
    )
  })

  it('gives softmaxes that add up to 1 along the last axis, whatever is added to a row', () => {
    fc.assert(
      fc.property(shapeOf({ min: 1, max: 3 }), fc.integer({ min: -700, max: 700 }), (shape, shift) => {
        const data = cellsFor(shape).map((value) => value / 20)
        const moved = computed(softmax, { data: data.map((value) => value + shift), shape }).data
        const width = shape[shape.length - 1]
        computed(softmax, { data, shape }).data.forEach((value, cell) => expect(moved[cell]).toBeCloseTo(value, 10))
        for (let row = 0; row < moved.length; row += width)
          expect(moved.slice(row, row + width).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
      }),
    )
  })
})
