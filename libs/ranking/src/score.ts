import { logScore, type Scored } from './arrange'
import type { ItemIndex } from './item-index'
import type { Candidates } from './recall'
import type { Rules } from './rules'
import type { Likelihood } from './scorer'

/** What candidates are scored by. */
export interface ScoreScope {
  readonly index: ItemIndex
  readonly candidates: Candidates
  readonly likelihood: Likelihood | undefined
  readonly rules: Rules
  readonly recallWeight: number
}

/** Gives each candidate its score: the models' or, where there is none, its share of what is popular. */
export async function scoreCandidates(scope: ScoreScope, probabilities: () => Promise<Float32Array | undefined>): Promise<Scored[]> {
  const { index, candidates, likelihood, rules, recallWeight } = scope
  const clicks = candidates.size === 0 ? undefined : await probabilities()
  const places = [...candidates.keys()]
  const floor = lowest(places, likelihood)
  const mostPopular = places.reduce((most, at) => Math.max(most, index.columns.popular[at]), 0)
  let b = 0
  return Array.from(candidates, ([at, source]) => {
    const clickProbability = clicks === undefined ? 0 : clicks[b]
    const logLikelihood = likelihood === undefined ? 0 : Math.max(likelihood.logits[at], floor) - likelihood.normaliser
    const boost = rules.boosts ? rules.boost(index.facts(at)) : 1
    const share = (1 + index.columns.popular[at]) / (1 + mostPopular)
    const score = logScore({ clickProbability: clicks === undefined ? share : clickProbability, logLikelihood, boost }, recallWeight)
    return { at, b: b++, source, clickProbability, logLikelihood, boost, logScore: score }
  })
}

/** What an item without a vector yet counts as: no better than the least likely of the others. */
function lowest(places: readonly number[], likelihood: Likelihood | undefined): number {
  if (likelihood === undefined) return 0
  const finite = places.map((at) => likelihood.logits[at]).filter((logit) => logit !== -Infinity)
  return finite.length === 0 ? likelihood.normaliser : finite.reduce((least, logit) => Math.min(least, logit))
}
