import { accumulate } from './accumulate'
import { expand, reshape } from './layout'
import { constant, type Node, type Op } from './node'
import { topological } from './order'
import { reduceSum } from './reduction'
import { gradientRules, type GradientRules } from './rules'
import { sameShape, ShapeError, spellShape } from './shape'

/**
 * The gradient of a scalar with respect to some of the nodes that it is made of, as graphs again.
 *
 * shape   loss with every length 1, wanted[i] any shape  →  result[i] of wanted[i]'s shape
 * math    reverse accumulation: ∂L/∂x = Σ over the uses u of x of ruleᵤ(∂L/∂u)
 * cost    one visit a node; the graph grows by what the rules add
 * throws  ShapeError when the loss is no scalar, or a rule returns a shape that cannot be summed to its input's
 * source  Griewank & Walther, Evaluating Derivatives, 2nd ed., §3.2
 */
export function differentiate(loss: Node, wanted: readonly Node[]): Node[] {
  if (loss.shape.some((length) => length !== 1))
    throw new ShapeError('differentiate', { expected: 'a scalar loss', got: spellShape(loss.shape) })
  const flows = new Map<Node, Node[]>([[loss, [constant(1, loss.shape.map(Number))]]])
  const gradients = new Map<Node, Node>()
  // users before what they use: when a node's turn comes, all that flows to it has arrived
  for (const node of topological([loss]).reverse()) {
    const arrived = flows.get(node)
    if (!arrived) continue
    const upstream = accumulate(arrived)
    gradients.set(node, upstream)
    flowBack(node, upstream, flows)
  }
  return wanted.map((node) => gradients.get(node) ?? expand(constant(0), node))
}

function flowBack(node: Node, upstream: Node, flows: Map<Node, Node[]>): void {
  if (!hasRule(node)) return
  const back = applyRule(node, upstream)
  node.inputs.forEach((from, i) => {
    const flow = back[i]
    if (!flow) return
    const gradient = unbroadcast(node.op, flow, from)
    const before = flows.get(from)
    if (before) before.push(gradient)
    else flows.set(from, [gradient])
  })
}

/** The row of the table, called with the operation that it belongs to. */
function applyRule<O extends keyof GradientRules>(node: Node<O>, upstream: Node): readonly (Node | null)[] {
  return gradientRules[node.op]({ node, inputs: node.inputs, upstream })
}

const hasRule = (node: Node): node is Node<Exclude<Op, 'input' | 'constant' | 'literal'>> => node.op in gradientRules

/** Adds up the axes that a broadcast had stretched. */
function unbroadcast(operation: Op, flow: Node, from: Node): Node {
  const extra = flow.shape.length - from.shape.length
  const axes = [...flow.shape.keys()].filter((axis) => axis < extra || (from.shape[axis - extra] === 1 && flow.shape[axis] !== 1))
  const summed = reduceSum(flow, axes)
  if (extra < 0 || !sameShape(summed.shape.slice(extra), from.shape)) {
    throw new ShapeError(`gradient of ${operation}`, { expected: `what sums to ${spellShape(from.shape)}`, got: spellShape(flow.shape) })
  }
  return reshape(summed, from.shape)
}
