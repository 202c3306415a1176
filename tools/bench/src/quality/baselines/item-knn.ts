import type { RankingTask, Scorer } from '../ranking-task'
import { incidenceOf } from './incidence'

/**
 * Items by how close they are to what a user had: the cosine of the columns of who had what, no neighbour left out.
 *
 * math    s(u, j) = Σ_{i had by u} |users of both i and j| / √(|users of i| · |users of j|)
 * source  Sarwar et al., Item-based collaborative filtering recommendation algorithms (2001)
 */
export function itemKnn({ histories, items }: RankingTask): Scorer {
  const { itemsOf, usersOf } = incidenceOf(histories, items)
  const scale = Float64Array.from(usersOf, ({ length }) => (length === 0 ? 0 : 1 / Math.sqrt(length)))
  const scoresOf = (user: number): Float32Array => {
    const sums = new Float64Array(items)
    for (const item of itemsOf[user]) {
      for (const other of usersOf[item]) for (const near of itemsOf[other]) sums[near] += scale[item]
    }
    return Float32Array.from(sums, (sum, item) => sum * scale[item])
  }
  return async (users) => users.map(scoresOf)
}
