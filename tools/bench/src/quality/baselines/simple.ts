import { randomUnit } from '@freshet/kernel'
import type { RankingTask, Scorer } from '../ranking-task'

/** Items by how many users had them. */
export function popularity({ histories, items }: RankingTask): Scorer {
  const counts = new Float32Array(items)
  for (const history of histories) for (const item of new Set(history)) counts[item]++
  return async (users) => users.map(() => counts.slice())
}

/** Items by lot: what a list is worth that knows nothing. */
export const chance =
  ({ items }: RankingTask, seed: number): Scorer =>
  async (users) =>
    users.map((user) => Float32Array.from({ length: items }, (_, item) => randomUnit(seed, user, item)))
