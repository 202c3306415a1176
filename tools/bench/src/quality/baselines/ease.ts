import type { CompileGraph } from '@freshet/tensor'
import type { RankingTask, Scorer } from '../ranking-task'
import { incidenceOf, type Incidence } from './incidence'
import { invertPositive } from './invert'

/** How a linear item model is solved. */
export interface EaseOptions {
  /** λ: how much a weight costs. */
  readonly ridge: number
  readonly compile: CompileGraph
}

/**
 * The closed-form linear item model: of all that scores an item by the sum of weights of what a user had, itself left out, the one with the least
 * squared error.
 *
 * It is solved over users where they are fewer than items, with the same result: with K = XXᵀ + λI, P = (XᵀX + λI)⁻¹ is (I − XᵀK⁻¹X) / λ, and XP is K⁻¹X.
 *
 * math    B = I − P · diag(1/Pⱼⱼ), so that Bⱼⱼ = 0;  s(u, ·) = xᵤB
 * cost    one inverse of min(users, items) rows in Float32: 20,000 take 1.6 GB
 * source  Steck, Embarrassingly shallow autoencoders for sparse data (2019), equation 8
 */
export async function fitEase({ histories, items }: RankingTask, { ridge, compile }: EaseOptions): Promise<Scorer> {
  const incidence = incidenceOf(histories, items)
  const solve = histories.length < items ? overUsers : overItems
  const scoresOf = await solve(incidence, { ridge, compile })
  return async (users) => users.map(scoresOf)
}

type Solve = (incidence: Incidence, options: EaseOptions) => Promise<(user: number) => Float32Array>

const overItems: Solve = async ({ itemsOf, usersOf }, options) => {
  const n = usersOf.length
  const inverse = await gramInverse(itemsOf, n, options)
  return (user) => {
    const sums = new Float32Array(n)
    for (const item of itemsOf[user]) {
      const row = inverse.subarray(item * n, (item + 1) * n)
      for (let j = 0; j < n; j++) sums[j] -= row[j]
    }
    for (let j = 0; j < n; j++) sums[j] /= inverse[j * n + j]
    for (const item of itemsOf[user]) sums[item]++ // Bⱼⱼ = 0: an item says nothing of itself
    return sums
  }
}

const overUsers: Solve = async ({ itemsOf, usersOf }, options) => {
  const n = itemsOf.length
  const inverse = await gramInverse(usersOf, n, options)
  const diagonal = Float64Array.from(usersOf, (users) => {
    let explained = 0
    for (const u of users) for (const v of users) explained += inverse[u * n + v]
    return (1 - explained) / options.ridge
  })
  return (user) => {
    const sums = new Float64Array(usersOf.length)
    itemsOf.forEach((items, other) => {
      for (const item of items) sums[item] -= inverse[user * n + other]
    })
    const scores = Float32Array.from(sums, (sum, item) => sum / diagonal[item])
    for (const item of itemsOf[user]) scores[item]++
    return scores
  }
}

/** shape  groups of members 0 ≤ m < n  →  Float32[n, n];  math  (Σ over groups of 1 where both are members, + λI)⁻¹ */
async function gramInverse(groups: readonly Uint32Array[], n: number, { ridge, compile }: EaseOptions): Promise<Float32Array> {
  const gram = new Float32Array(n * n)
  for (const members of groups) for (const a of members) for (const b of members) gram[a * n + b]++
  for (let i = 0; i < n; i++) gram[i * n + i] += ridge
  await invertPositive(gram, n, compile)
  return gram
}
