import type { FeatureLayout } from '@freshet/features'
import type { Explanation } from './answer'
import type { Scored } from './arrange'
import type { ExamplePack } from './example-pack'

/** Says why an item stands where it stands. */
export type Explain = (item: Scored, pack: ExamplePack) => Explanation

/** Explains by the numbers that were scored, under the dictionary's names with their part in front. */
export function explainer({ user, item, cross }: FeatureLayout): Explain {
  const userNames = user.numberNames.map((name) => `user.${name}`)
  const itemNames = [...item.numberNames.map((name) => `item.${name}`), ...cross.numberNames.map((name) => `cross.${name}`)]
  return ({ b, logLikelihood, clickProbability, boost }, pack) => {
    const features: Record<string, number> = {}
    pack.userNumbers().forEach((value, i) => (features[userNames[i]] = value))
    pack.numbersOf(b).forEach((value, i) => (features[itemNames[i]] = value))
    return { recallScore: logLikelihood, clickProbability, boost, features }
  }
}
