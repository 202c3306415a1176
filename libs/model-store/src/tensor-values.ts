import { bytesOf, uint32Of, float32Of } from '@freshet/kernel'
import type { Dtype, Tensor } from './safetensors'

/** The arrays that tensors hold. */
export type TensorValues = Float32Array | Float64Array | Uint32Array | Uint8Array

/** A tensor over an array's own bytes, one-dimensional unless a shape is given. */
export function tensorOf(name: string, values: TensorValues, shape: readonly number[] = [values.length]): Tensor {
  return { name, dtype: dtypeOf(values), shape, bytes: bytesOf(values) }
}

/** A tensor's values; copies only where its bytes are not aligned. */
export function valuesOf({ dtype, bytes }: Pick<Tensor, 'dtype' | 'bytes'>): TensorValues {
  switch (dtype) {
    case 'F32':
      return float32Of(bytes)
    case 'U32':
      return uint32Of(bytes)
    case 'U8':
      return bytes
    case 'F64': {
      const at = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
      return new Float64Array(at.buffer, at.byteOffset, at.byteLength / 8)
    }
  }
}

function dtypeOf(values: TensorValues): Dtype {
  if (values instanceof Float32Array) return 'F32'
  if (values instanceof Float64Array) return 'F64'
  return values instanceof Uint32Array ? 'U32' : 'U8'
}
