import { curveSvg, type EpochRecord } from '@freshet/learner'
import { atLeast, type Measured } from '../harness/report'
import { PLAIN_COSINE } from './baselines/item-knn'
import { baselineRows, LIST_LENGTH, type Row } from './baseline-rows'
import type { ListQuality } from './metrics/lists'
import type { QualityScope, QualitySet } from './quality-set'
import { judge, type Scorer } from './ranking-task'
import { FIGURE_NAMES, type RankingSet, type ShownMetric, spellQuality } from './sets/ranking-set'
import { overSeeds, together } from './spread'
import type { Stages } from './splits'
import { withLinear } from './with-linear'

/** A model that learns to list. */
export interface LearnedRanker {
  /** What its figures are called. */
  readonly model: string
  /** All that was chosen for it, on validation. */
  readonly chosen: string
  /** Learns from the histories of both stages as the protocol lets it, chooses by the validation's targets, and scores the test's users. */
  train(stages: Stages, scope: QualityScope & { readonly seed: number }): Promise<LearnedScorer>
}

/** A trained model, with what validation said of it. */
export interface LearnedScorer {
  readonly validation: ListQuality
  /** Its epochs, as validation saw them. */
  readonly curve: readonly EpochRecord[]
  /** Scores validation's users as the model that validation chose. */
  readonly watched: Scorer
  /** Scores the test's users. */
  readonly scorer: Scorer
  close(): Promise<void>
}

/** What the best learned model is held to. */
export type Goals = Partial<Record<ShownMetric, number>>

/** A set whose lists are judged: baselines first, then each learned model over the seeds; validation decides which one is the best. */
export const rankingQuality = (set: RankingSet, learned: readonly LearnedRanker[], goals: Goals): QualitySet => ({
  name: set.name,
  run: async (scope) => {
    const open = set.open(scope.directory)
    if (!open) return undefined
    scope.say(`${set.name}: ${set.note}`)
    const results: SeedResult[] = []
    for (const [i, seed] of scope.seeds.entries()) {
      // where the split is given, baselines say the same for every seed
      const isCompared = i === 0 || set.isSplitDrawn
      results.push(await runSeed(set, learned, { ...scope, seed, isCompared, stages: open(seed) }))
    }
    return figuresOf(set, results, goals)
  },
})

/** The rows of one seed, and validation's nDCG of the learned ones. */
interface SeedResult {
  readonly rows: readonly Row[]
  readonly validated: Readonly<Record<string, number>>
}

interface SeedScope extends QualityScope {
  readonly seed: number
  readonly stages: Stages
  /** Whether baselines stand beside what is learned. */
  readonly isCompared: boolean
}

async function runSeed(set: RankingSet, learned: readonly LearnedRanker[], scope: SeedScope): Promise<SeedResult> {
  const { seed, stages, compile, say, keep, isCompared } = scope
  const tell = ({ model, quality, chosen }: Row): void =>
    say(`  seed ${seed}, ${model}: ${spellQuality(set.shown, quality)}${chosen ? ` (${chosen})` : ''}`)
  const rows = isCompared
    ? await baselineRows(stages, { seed, ridges: set.ridges, neighbourhoods: set.neighbourhoods ?? [PLAIN_COSINE], compile })
    : []
  rows.forEach(tell)
  const validated: Record<string, number> = {}
  for (const { model, chosen, train } of learned) {
    const trained = await train(stages, scope)
    keep(`${set.name}-${model}-${seed}.svg`, curveSvg(`${model} on ${set.name}, seed ${seed}`, trained.curve))
    const alone = { model, chosen, ...trained }
    const judged = set.isStacked
      ? [alone, { model: `${model}_and_ease`, ...(await withLinear(stages, trained, { ...set, compile })) }]
      : [alone]
    for (const { validation, scorer, ...named } of judged) {
      const row = { model: named.model, chosen: named.chosen, quality: await judge(stages.test, scorer, LIST_LENGTH) }
      if (named.model === model) validated[model] = validation.ndcg // what was learned is compared, not what stands beside it
      tell(row)
      rows.push(row)
    }
    await trained.close()
  }
  return { rows, validated }
}

function figuresOf({ prefix, shown }: RankingSet, results: readonly SeedResult[], goals: Goals): Record<string, Measured> {
  const models = results[0].rows.map(({ model }) => model)
  const valuesOf = (model: string, metric: ShownMetric): number[] =>
    results.flatMap(({ rows }) => rows.filter((row) => row.model === model).map(({ quality }) => quality[metric]))
  const best = bestModel(results)
  const named = models.flatMap((model) =>
    shown.map((metric) => overSeeds(`${prefix}_${model}_${FIGURE_NAMES[metric]}`, valuesOf(model, metric), { unit: metric })),
  )
  const judged = shown.map((metric) => {
    const goal = goals[metric] === undefined ? {} : { goal: atLeast(goals[metric]) }
    const name = `${prefix}_${FIGURE_NAMES[metric]}`
    return best ? overSeeds(name, valuesOf(best, metric), { unit: metric, ...goal }) : { [name]: { value: null, unit: metric, ...goal } }
  })
  return together(...judged, ...named)
}

/** The learned model that validation likes best over all seeds. */
function bestModel(results: readonly SeedResult[]): string | undefined {
  const total = (model: string): number => results.reduce((sum, { validated }) => sum + validated[model], 0)
  return Object.keys(results[0].validated).sort((a, b) => total(b) - total(a))[0]
}
