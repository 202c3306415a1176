import type { Neighbourhood } from '../baselines/item-knn'
import type { ListQuality } from '../metrics/lists'
import type { Stages } from '../splits'

/** A data set whose lists are judged by a published protocol. */
export interface RankingSet {
  /** As `--set` names it. */
  readonly name: string
  /** What its figures begin with. */
  readonly prefix: string
  /** What of a list's quality the published table shows; all lists hold ten. */
  readonly shown: readonly ShownMetric[]
  /** In what it differs from the published split, and what the table says. */
  readonly note: string
  /** λ of the linear item model: where there are several, validation chooses. */
  readonly ridges: readonly number[]
  /** What makes items near: where there are several, validation chooses; the plain cosine where there are none. */
  readonly neighbourhoods?: readonly Neighbourhood[]
  /** True where splits are drawn: then each seed has a split of its own. */
  readonly isSplitDrawn: boolean
  /** True where learned models are also judged as they are when they hear the linear item model, too. */
  readonly isStacked?: boolean
  /** Its two stages by seed; undefined where the data is absent. */
  open(directory: string): ((seed: number) => Stages) | undefined
}

/** A metric and the name of its figure. */
export type ShownMetric = 'hitRate' | 'ndcg' | 'precision' | 'recall'

/** How figures name a metric. */
export const FIGURE_NAMES: Readonly<Record<ShownMetric, string>> = {
  hitRate: 'hr10',
  ndcg: 'ndcg10',
  precision: 'precision10',
  recall: 'recall10',
}

/** A row of a table, as people read it. */
export const spellQuality = (shown: readonly ShownMetric[], quality: ListQuality): string =>
  shown.map((metric) => `${FIGURE_NAMES[metric]} ${quality[metric].toFixed(4)}`).join(', ')
