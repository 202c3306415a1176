export type { EngineTools, OpenEngine, StepBatch, StepEngine, StepOptions, StepOutcome, TableMemoryOptions } from './engine'
export { EngineState, type StatePart } from './engine-state'
export { openEngine } from './plain-engine'
