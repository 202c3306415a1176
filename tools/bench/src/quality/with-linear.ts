import type { CompileGraph } from '@freshet/tensor'
import { bestRidge, LIST_LENGTH } from './baseline-rows'
import { fitEase } from './baselines/ease'
import type { ListQuality } from './metrics/lists'
import type { LearnedScorer } from './rank'
import { judge, type Scorer } from './ranking-task'
import type { Stages } from './splits'
import { fitShares, stacked } from './stacking'

/** A learned model that hears the linear item model, too. */
export interface WithLinear {
  /** λ and both shares, as validation has them. */
  readonly chosen: string
  readonly validation: ListQuality
  readonly scorer: Scorer
}

/**
 * Stacks a learned model and the closed-form linear item model.
 *
 * Shares are learned from validation's targets, with either model as it is without them; on the test either is what it would be alone. The learned
 * model has to be open.
 */
export async function withLinear(
  { validation, test }: Stages,
  { watched, scorer }: Pick<LearnedScorer, 'watched' | 'scorer'>,
  { ridges, compile }: { readonly ridges: readonly number[]; readonly compile: CompileGraph },
): Promise<WithLinear> {
  const ridge = await bestRidge(validation, { ridges, compile })
  const known = [watched, await fitEase(validation, { ridge, compile })] as const
  const shares = await fitShares(validation, known)
  return {
    chosen: `${shares.map((share) => share.toFixed(2)).join(' of it and ')} of EASE with λ = ${ridge}, by a logit`,
    validation: await judge(validation, stacked(known, shares), LIST_LENGTH),
    scorer: stacked([scorer, await fitEase(test, { ridge, compile })], shares),
  }
}
