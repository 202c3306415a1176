export { differentiate } from './differentiate'
export {
  add,
  detach,
  divide,
  equal,
  exp,
  floor,
  LARGEST_EXPONENT,
  log,
  maskedExp,
  multiply,
  relu,
  rsqrt,
  scale,
  sigmoid,
  silu,
  step,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
  where,
} from './elementwise'
export { dropout, DROPOUT_SEEDS, type Dropout } from './dropout'
export { interpret, interpretGraph, type NumericFeeds } from './interpreter'
export type { Tensor } from './kernels'
export { concat, expand, eye, pad, reshape, slice, transpose } from './layout'
export { constant, input, literal, type Attributes, type Node, type Op } from './node'
export { contract, matmul } from './product'
export { logSumExp, reduceMax, reduceSum, softmax } from './reduction'
export { rotary, rotaryAngles, type RotaryAngles } from './rotary'
export {
  bindFeeds,
  bindSymbols,
  inputName,
  orderGraph,
  pruneInputs,
  type Bindings,
  type CompileGraph,
  type Feed,
  type GraphRunner,
  type GraphSpec,
} from './runner'
export { cellCount, sameShape, ShapeError, spellShape, type Dimension, type Shape } from './shape'
export { dense, normaliseRows, type DenseLayer } from './layers'
export { attention, causalPositions, normaliseRms, swiGlu, type AttentionWeights, type Positions } from './transformer'
export { logisticLoss, sampledSoftmaxLoss, type SampledSoftmax } from './losses'
export type { FlatMove, FlatState } from './adam-loop'
export { declareUpdate, type DenseOptimiser, type DenseUpdate, type UpdateDeclaration } from './optimisers'
export type { OptimiserConstants, OptimiserKind, ParameterRange, Slot } from './optimiser-rules'
export { learningRateAt, type LearningRateSchedule } from './schedules'
export { centralDifference, type Derivative } from './central-difference'
