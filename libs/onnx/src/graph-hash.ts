import { createHash } from 'node:crypto'
import type { GraphSpec } from '@freshet/tensor'
import { onnxBytes } from './onnx-bytes'

/** SHA-256 of a graph's ONNX bytes, as 64 hexadecimal digits: equal hashes compute the same. */
export const graphHash = (spec: GraphSpec): string => createHash('sha256').update(onnxBytes(spec)).digest('hex')
