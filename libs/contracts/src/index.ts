export { encoded } from './encoded'
export type { MessageEncoder } from './encoded'
export { entryOf, putEntry } from './map-entries'
export {
  DeadLetter,
  DictionaryChange,
  Event,
  EventRecord,
  Forget,
  Impression,
  ImpressionItem,
  Link,
  MovedHistory,
  PayloadKind,
  ReplayPhase,
  ReplayRecord,
  Tick,
} from './generated/freshet/event/v1/event'
export { AttributeValue, CatalogRecord, FloatVector, Item, TextList, User } from './generated/freshet/catalog/v1/catalog'
export { Affinity, ItemState, PairCounts, Sequence, Touch, UserState, Window } from './generated/freshet/feature/v1/state'
export {
  FoldedLog,
  FoldedRecord,
  FoldState,
  FormerDictionary,
  Forgotten,
  HourMark,
  IdentityWindow,
  WaitingClick,
  WaitingImpression,
} from './generated/freshet/feature/v1/fold'
export { ExampleGroup, ExampleItem, LabelSource } from './generated/freshet/example/v1/example'
export { ComputeRequest, ComputeResponse, TensorPiece } from './generated/freshet/trainer/v1/replica'
export {
  Claim,
  Configure,
  Cut,
  Genesis,
  Grant,
  Heartbeat,
  JournalRecord,
  Pins,
  Progress,
  Skip,
  Range,
  Reset,
  Result,
  Serve,
  VoidCut,
} from './generated/freshet/journal/v1/journal'
