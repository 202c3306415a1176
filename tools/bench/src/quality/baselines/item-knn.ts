import type { RankingTask, Scorer } from '../ranking-task'
import { incidenceOf } from './incidence'

/** How near items are to each other. */
export interface Neighbourhood {
  /** How much co-occurrence must weigh before it counts: what few users had is near to nothing. */
  readonly shrinkage: number
  /** A user of n items counts n^−scaling: who had everything says little. */
  readonly scaling: 0 | 0.5 | 1
}

/** The cosine, as it is. */
export const PLAIN_COSINE: Neighbourhood = { shrinkage: 0, scaling: 0 }

/**
 * Items by how close they are to what a user had: the cosine of the columns of who had what, no neighbour left out.
 *
 * math    s(u, j) = Σ_{i had by u} cᵢⱼ / (√(cᵢᵢ·cⱼⱼ) + shrinkage),  cᵢⱼ = Σ over users of both of n^−scaling
 * source  Sarwar et al., Item-based collaborative filtering recommendation algorithms (2001); shrinkage as Bell & Koren (2007), users scaled as Deshpande &
 *         Karypis (2004)
 */
export function itemKnn({ histories, items }: RankingTask, { shrinkage, scaling }: Neighbourhood = PLAIN_COSINE): Scorer {
  const { itemsOf, usersOf } = incidenceOf(histories, items)
  const weights = Float64Array.from(itemsOf, ({ length }) => WEIGHTS[scaling](length))
  const norms = Float64Array.from(usersOf, (users) => Math.sqrt(users.reduce((sum, user) => sum + weights[user], 0)))
  const together = new Float64Array(items)
  const scoresOf = (user: number): Float32Array => {
    const sums = new Float64Array(items)
    for (const item of itemsOf[user]) {
      for (const other of usersOf[item]) for (const near of itemsOf[other]) together[near] += weights[other]
      for (const other of usersOf[item]) {
        for (const near of itemsOf[other]) {
          sums[near] += together[near] / (norms[item] * norms[near] + shrinkage)
          together[near] = 0 // counted once, and clean for the next item
        }
      }
    }
    return Float32Array.from(sums)
  }
  return async (users) => users.map(scoresOf)
}

const WEIGHTS: Readonly<Record<Neighbourhood['scaling'], (n: number) => number>> = {
  0: () => 1,
  0.5: (n) => 1 / Math.sqrt(n),
  1: (n) => 1 / n,
}
