import { add } from './elementwise'
import { concat, pad } from './layout'
import type { Node } from './node'

/**
 * The sum of all gradients that arrive at one node.
 *
 * A tensor that was sliced gets its gradient back in pieces, each padded with zeros to the whole. Adding them would pass over the whole once a
 * piece; pieces of one axis that do not overlap are put side by side instead, which is the same sum.
 *
 * shape   flows[i] of one shape  →  that shape
 */
export function accumulate(flows: readonly Node[]): Node {
  const pieces = flows.filter(isPiece)
  const tiled = pieces.length > 1 && areDisjoint(pieces) ? [sideBySide(pieces), ...flows.filter((flow) => !isPiece(flow))] : flows
  return tiled.reduce(add)
}

type Piece = Node<'pad'>

const isPiece = (node: Node): node is Piece => node.op === 'pad'
const startOf = ({ attributes }: Piece): number => attributes.before
const endOf = ({ attributes, shape }: Piece): number => Number(shape[attributes.axis]) - attributes.after

function areDisjoint(pieces: readonly Piece[]): boolean {
  const ordered = inOrder(pieces)
  return ordered.every(
    (piece, i) => piece.attributes.axis === ordered[0].attributes.axis && (i === 0 || endOf(ordered[i - 1]) <= startOf(piece)),
  )
}

function sideBySide(pieces: readonly Piece[]): Node {
  const ordered = inOrder(pieces)
  const { axis } = ordered[0].attributes
  const last = ordered[ordered.length - 1]
  const parts = ordered.map((piece, i) => {
    const gap = i === 0 ? 0 : startOf(piece) - endOf(ordered[i - 1])
    return pad(piece.inputs[0], axis, [gap, 0])
  })
  return pad(concat(parts, axis), axis, [startOf(ordered[0]), last.attributes.after])
}

const inOrder = (pieces: readonly Piece[]): Piece[] => [...pieces].sort((a, b) => startOf(a) - startOf(b))
