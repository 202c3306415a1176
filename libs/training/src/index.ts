export { appendGroup, type Batch, type ExampleShape, makeBatch, shapeOf } from './batch'
export { DivergedError, LineMismatchError, NotOwnerError, OtherLogError } from './errors'
export { decideWorkers, type LoadBounds, type LoadLook, type LoadMemory } from './load'
export type { ModelTools } from './line-dictionaries'
export { type CutPart, Learner, type LearnerOptions, type StepOutcome } from './learner'
export { digestState, type GenesisOptions, type LearnerState } from './learner-state'
export type { DeclaredLoss, LostRange } from './owner'
export { type ProgressiveFigures, ProgressiveMetrics } from './progressive-metrics'
export type { LogMarks } from './log-marks'
export { TRAINING_DEFAULTS, type TrainingSettings } from './settings'
export { Trainer, type TrainerNotice, type TrainerOptions } from './trainer'
export type { TrainerStatus } from './trainer-status'
export { type LineOptions, STEP_FORMAT, TrainingLine } from './training-line'
export { replayTwin, type TwinOptions, type TwinOutcome } from './verify'
export {
  type DraftFacts,
  EMPTY_SHELF,
  type HeldVersion,
  holdVersion,
  TABLE_FILE,
  type Tensors,
  type VersionContents,
  type VersionDraft,
  type VersionFacts,
  type VersionShelf,
} from './version-shelf'
