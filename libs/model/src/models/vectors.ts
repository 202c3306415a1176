import { concat, constant, expand, normaliseRows, scale, slice, type Node } from '@freshet/tensor'

/** How the vectors of two towers meet in a product. */
export interface Meeting {
  /** Products are divided by this; by default 1. */
  readonly temperature?: number
  /** Whether directions are brought to length 1; by default not. */
  readonly normalise?: boolean
}

/** Where a tower's vector points. shape  [.., width]  →  [.., width] */
export const direction = (vector: Node, { normalise = false }: Meeting): Node => (normalise ? normaliseRows(vector) : vector)

/** What a user's direction is when it meets items. shape  [batch, width]  →  [batch, width];  math  u / τ */
export const tempered = (user: Node, { temperature = 1 }: Meeting): Node => scale(user, 1 / temperature)

/**
 * A user's vector where items have a popularity.
 *
 * shape   [batch, width]  →  [batch, width + 1]
 * math    [u, 1]: its product with an item's vector is u·v + popularity, which learns to be ln P(item | user) + a constant of the user
 */
export const meetingPopularity = (user: Node): Node => concat([user, expand(constant(1), slice(user, 1, [0, 1]))], 1)

/** An item's vector. shape  direction [.., width], popularity [.., 1]  →  [.., width + 1];  math  [v, popularity] */
export const withPopularity = (item: Node, popularity: Node): Node => concat([item, popularity], item.shape.length - 1)
