import type { Node } from '@freshet/tensor'
import type { Emitter, TranslationScope } from './translations'

/**
 * A product of matrices, as the runtime does it fastest on the CPU.
 *
 * Two matrices: MatMul where nothing is transposed, because with the bias and the relu behind it the runtime makes one operation of it, else Gemm.
 * Stacks: MatMul or the runtime's FusedMatMul, which reads transposed without a copy, and takes a stack by one matrix as one product over all rows.
 */
export function translateProduct({ node, inputs, to }: TranslationScope<'matmul'>): string {
  const { transposeA, transposeB } = node.attributes
  const flags = { transA: Number(transposeA), transB: Number(transposeB) }
  if (!transposeA && !transposeB) return to.emit('MatMul', inputs)
  return node.shape.length === 2 ? to.emit('Gemm', inputs, flags) : to.emitOfRuntime('FusedMatMul', inputs, flags)
}

/** The rows of a stack as those of one matrix. */
export const asMatrix = (name: string, { shape }: Node, to: Emitter): string =>
  shape.length === 2 ? name : to.emit('Flatten', [name], { axis: shape.length - 1 })
