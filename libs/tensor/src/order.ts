import type { Node } from './node'

/** What is used before its users, each node once: the order in which a graph is computed, and always the same. */
export function topological(outputs: readonly Node[]): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const visit = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.inputs.forEach(visit)
    order.push(node)
  }
  outputs.forEach(visit)
  return order
}
