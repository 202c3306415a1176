import { concat, expand, eye, pad, reshape, slice, transpose } from './layout'
import { input, literal } from './node'
import { contract, matmul } from './product'
import { reduceMax, reduceSum } from './reduction'

const x = input('x', ['B', 3])

describe('shape inference', () => {
  it('keeps symbols through products, slices and joins', () => {
    expect(matmul(x, input('w', [3, 5])).shape).toEqual(['B', 5])
    expect(matmul(x, x, { transposeB: true }).shape).toEqual(['B', 'B'])
    expect(matmul(x, x, { transposeA: true }).shape).toEqual([3, 3])
    expect(slice(x, 1, [1, 3]).shape).toEqual(['B', 2])
    expect(concat([x, slice(x, 1, [0, 1])], 1).shape).toEqual(['B', 4])
    expect(pad(x, 1, [2, 1]).shape).toEqual(['B', 6])
    expect(transpose(x).shape).toEqual([3, 'B'])
    expect(reduceSum(x).shape).toEqual([1, 1])
    expect(reduceMax(x, [1]).shape).toEqual(['B', 1])
  })

  it('writes nothing where nothing changes', () => {
    expect(slice(x, 1, [0, 3])).toBe(x)
    expect(pad(x, 1, [0, 0])).toBe(x)
    expect(reshape(x, ['B', 3])).toBe(x)
    expect(expand(x, input('like', ['B', 3]))).toBe(x)
    expect(concat([x], 1)).toBe(x)
    expect(reduceSum(x, [])).toBe(x)
  })

  it.each<[string, () => unknown, string]>([
    [
      'inner lengths that differ',
      () => matmul(x, input('w', [4, 5])),
      'matmul: expected 3 rows to meet the 3 columns of [B, 3], got 4 in [4, 5]',
    ],
    [
      'a product of what is no matrix',
      () => matmul(x, input('v', [3])),
      'matmul: expected two matrices, or equal stacks of them, got [B, 3] and [3]',
    ],
    [
      'stacks of unequal height',
      () => matmul(input('a', [2, 'B', 3]), input('b', [4, 3, 5])),
      'matmul: expected two matrices, or equal stacks of them, got [2, B, 3] and [4, 3, 5]',
    ],
    [
      'a stack read transposed beside one matrix',
      () => matmul(input('a', [2, 'B', 3]), input('b', ['B', 5]), { transposeA: true }),
      'matmul: expected a stack as it stands where one matrix multiplies it, got [2, B, 3] transposed',
    ],
    ['a contraction of unequal rows', () => contract(x, input('y', ['C', 3])), 'contract: expected rows as [B, 3] has, got [C, 3]'],
    ['numbers that do not fill their shape', () => literal([1, 2], [3]), 'literal: expected 3 cells, as [3] holds, got 2'],
    ['a slice beyond the end', () => slice(x, 1, [1, 4]), 'slice: expected 0 ≤ from ≤ to ≤ 3 on axis 1 of [B, 3], got 1 to 4'],
    ['a slice of an unknown length', () => slice(x, 0, [0, 1]), 'slice: expected a known length on axis 0, got [B, 3]'],
    ['parts that differ beside the axis', () => concat([x, input('y', ['C', 3])], 1), 'concat: expected [B, 3] but for axis 1, got [C, 3]'],
    ['parts of unknown length along the axis', () => concat([x, x], 0), 'concat: expected a known length on axis 0, got [B, 3]'],
    ['a reshape that loses cells', () => reshape(x, ['B', 2]), 'reshape: expected 3·B cells, as [B, 3] has, got [B, 2]'],
    ['a reshape that loses a symbol', () => reshape(x, [3]), 'reshape: expected 3·B cells, as [B, 3] has, got [3]'],
    ['an expansion to a narrower shape', () => expand(x, input('v', [3])), 'expand: expected a shape that broadcasts to [3], got [B, 3]'],
    [
      'an expansion to lengths that differ',
      () => expand(x, input('other', ['B', 4])),
      'expand: expected [B, 3] and [B, 4] equal or 1 on axis 1, got 3 and 4',
    ],
    ['a permutation with an axis twice', () => transpose(x, [0, 0]), 'transpose: expected each axis of [B, 3] once, got [0, 0]'],
    ['a sum over an axis that is not there', () => reduceSum(x, [2]), 'reduceSum: expected axes of [B, 3], got axis 2'],
    ['a diagonal of what is no matrix', () => eye(input('v', [3])), 'eye: expected a matrix, got [3]'],
  ])('refuses %s, naming operation, expected and got', (_, build, message) => {
    expect(build).toThrow(message)
  })
})
