export type {
  Answer,
  Degradation,
  Explanation,
  PredictQuery,
  Provenance,
  RankAnswer,
  RankedItem,
  RankQuery,
  RecommendQuery,
  SimilarQuery,
} from './answer'
export type { ImpressionSink } from './impressions'
export { ItemFollower, type ItemFollowerOptions } from './item-follower'
export { ItemIndex } from './item-index'
export { JournalFollower, type JournalFollowerOptions } from './journal-follower'
export { LatencyHistogram } from './latency'
export { openMemoryRanker, type MemoryRanker, type MemoryRankerOptions } from './memory-ranker'
export type { Source } from './recall'
export { Recommender, type RecommenderOptions } from './recommender'
export type { RulesQuery } from './rules'
export { openServing, renewItems, type Serving, type ServingTools, succeedServing } from './serving'
export { ServingModel, type LearnedInPlace, type LoadedVersion, type ModelStamp } from './serving-model'
export { compileServingGraphs, type ServingGraphs } from './towers'
export { readUsers, type UserReading, type UserSource } from './user-reader'
export { VectorBuilder, type VectorBuilderOptions } from './vector-builder'
export type { PlacedVersion, VersionName, VersionSource } from './versions'
