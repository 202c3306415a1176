/** How good lists of length k are, a mean over the users that were judged. */
export interface ListQuality {
  readonly users: number
  /** Share of users with a hit. */
  readonly hitRate: number
  readonly ndcg: number
  readonly precision: number
  readonly recall: number
  readonly map: number
}

/** The quality of no lists at all. */
export const NO_QUALITY: ListQuality = { users: 0, hitRate: 0, ndcg: 0, precision: 0, recall: 0, map: 0 }

/**
 * The places of a user's targets, from 0, if all candidates were listed by score.
 *
 * Of equal scores a target stands behind what is none: a model that cannot tell gets nothing for it. Equal targets stand one behind the other. A
 * candidate that is not to be listed has the score −∞.
 *
 * cost    one pass over the scores a target
 */
export function placesOf(targets: readonly number[], scores: Float32Array): number[] {
  const isTarget = new Set(targets)
  return targets.map((target, order) => {
    const score = scores[target]
    let place = 0
    for (let item = 0; item < scores.length; item++) {
      if (scores[item] > score || (scores[item] === score && !isTarget.has(item))) place++
    }
    return place + targets.slice(0, order).filter((earlier) => scores[earlier] === score).length
  })
}

/**
 * The quality of one user's list of k, from the places of all targets.
 *
 * math    hits H = {p < k}, n targets;  nDCG = Σ_H 1/log₂(p + 2) / Σ_{p < min(k, n)} 1/log₂(p + 2);  precision |H| / k;  recall |H| / n;
 *         average precision Σ_H (hits up to and including p) / (p + 1) / n
 * source  Järvelin & Kekäläinen (2002) with a gain of 1; the last as map_at_k of Microsoft Recommenders
 */
export function judgeList(places: readonly number[], k: number): Omit<ListQuality, 'users'> {
  const hits = places.filter((place) => place < k).sort((a, b) => a - b)
  const ideal = sum(Array.from({ length: Math.min(k, places.length) }, (_, place) => discount(place)))
  return {
    hitRate: hits.length > 0 ? 1 : 0,
    ndcg: sum(hits.map(discount)) / ideal,
    precision: hits.length / k,
    recall: hits.length / places.length,
    map: sum(hits.map((place, i) => (i + 1) / (place + 1))) / places.length,
  }
}

/** The mean over users. */
export function meanQuality(lists: readonly Omit<ListQuality, 'users'>[]): ListQuality {
  const mean = (of: keyof Omit<ListQuality, 'users'>): number => sum(lists.map((list) => list[of])) / lists.length
  return {
    users: lists.length,
    ...{ hitRate: mean('hitRate'), ndcg: mean('ndcg'), precision: mean('precision'), recall: mean('recall'), map: mean('map') },
  }
}

const discount = (place: number): number => 1 / Math.log2(place + 2)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
