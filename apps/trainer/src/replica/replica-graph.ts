import type { Dictionary } from '@freshet/features'
import type { ReplicaGraph } from '@freshet/learner'
import { declareModelSet } from '@freshet/model'
import { graphHash } from '@freshet/onnx'

/** What is learned with under a dictionary: the gradient graph, and the hash by which engine and replica know that they mean the same. */
export function replicaGraph({ layout, declared }: Pick<Dictionary, 'layout' | 'declared'>): ReplicaGraph {
  const { gradient } = declareModelSet(layout, declared.model).learned
  return { hash: graphHash(gradient), gradient }
}
