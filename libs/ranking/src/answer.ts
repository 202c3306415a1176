import type { Source } from './recall'
import type { RulesQuery } from './rules'

/** A request for a list. */
export interface RecommendQuery {
  readonly userId: string
  readonly sessionId: string
  readonly surface: string
  /** 1 to 500; 0 means 10. */
  readonly limit: number
  readonly context: Readonly<Record<string, string>>
  readonly rules: RulesQuery | undefined
  readonly explain: boolean
  readonly dryRun: boolean
  readonly includeSeen: boolean
}

/** A request to order the caller's own candidates. */
export interface RankQuery extends Omit<RecommendQuery, 'limit' | 'includeSeen'> {
  readonly itemIds: readonly string[]
}

/** A request for items like another. */
export interface SimilarQuery {
  readonly itemId: string
  readonly limit: number
  readonly rules: RulesQuery | undefined
}

/** A request for the rank model's raw scores. */
export interface PredictQuery {
  readonly userId: string
  readonly itemIds: readonly string[]
  readonly context: Readonly<Record<string, string>>
}

/** One item of an answer. */
export interface RankedItem {
  readonly itemId: string
  readonly score: number
  readonly source: Source
  readonly explanation: Explanation | undefined
}

/** Why an item stands where it stands. */
export interface Explanation {
  /** Logarithm of the likelihood that this user turns to this item, among all items. */
  readonly recallScore: number
  readonly clickProbability: number
  readonly boost: number
  /** The numbers that it was scored by, by name. */
  readonly features: Readonly<Record<string, number>>
}

/** Why an answer is less than it could be. */
export type Degradation =
  'no-model' | 'no-vectors' | 'no-items' | 'loading-items' | 'model-behind' | 'features-unavailable' | 'model-failed'

/** Where an answer comes from. Lists in answers are the caller's to keep. */
export interface Provenance {
  readonly modelVersion: { readonly rowStep: number; readonly denseStep: number }
  /** By partition of `events`: the greatest source offset that the model has learned, -1 before the first. */
  readonly contains: number[]
  /** By partition of `events`: the next offset that the features do not contain. */
  readonly features: number[]
  readonly degraded: Degradation[]
}

/** A list, and where it comes from. */
export interface Answer {
  readonly requestId: string
  readonly items: RankedItem[]
  readonly provenance: Provenance
}

/** The rank model's click probabilities: one for each item that was asked about, also for unknown ones, which are named. */
export interface Prediction {
  readonly clickProbabilities: number[]
  readonly provenance: Provenance
  readonly unknownItemIds: string[]
}

/** An ordered list of the caller's candidates: unknown ones stand last, and are named. */
export interface RankAnswer extends Answer {
  readonly unknownItemIds: string[]
}
