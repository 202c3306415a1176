import type { Node } from './node'
import { contract, matmul } from './product'

/** What the rule of a product sees, as `RuleScope` does. */
interface ProductScope {
  readonly node: Node<'matmul'>
  readonly inputs: readonly Node[]
  readonly upstream: Node
}

/**
 * math    C = A·B:  ∂A = ∂C·Bᵀ,  ∂B = Aᵀ·∂C; an operand that was read transposed gets the transpose of that, by flags again.
 *         One matrix that met a stack of rows gets the sum over all of them.
 */
export function matmulRule({ node: { attributes }, inputs: [a, b], upstream }: ProductScope): Node[] {
  const { transposeA, transposeB } = attributes
  if (a.shape.length > b.shape.length) {
    return [matmul(upstream, b, { transposeB: !transposeB }), transposeB ? contract(upstream, a) : contract(a, upstream)]
  }
  return [
    transposeA ? matmul(b, upstream, { transposeA: transposeB, transposeB: true }) : matmul(upstream, b, { transposeB: !transposeB }),
    transposeB ? matmul(upstream, a, { transposeA: true, transposeB: transposeA }) : matmul(a, upstream, { transposeA: !transposeA }),
  ]
}
