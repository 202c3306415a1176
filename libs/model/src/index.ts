export { type Carriage, carryDense } from './carry'
export { declareModelSet, type ModelGraphs, type ModelSet, modelSetOf } from './model-set'
export type { DeclaredParameter, Input, Parameter } from './parameters'
export { declareAutoencoder, type AutoencoderDeclaration } from './models/autoencoder'
export { declareCatalogueTower, type CatalogueTowerDeclaration } from './models/catalogue-tower'
export type { RankerDeclaration } from './models/ranker'
export type { Activation, TowerLayer } from './models/tower'
export { declareDcnV2, type DcnV2Declaration } from './models/dcn-v2'
export { declareDeepFm, type DeepFmDeclaration } from './models/deepfm'
export { declareSequence, type SequenceDeclaration, type SequenceLoss } from './models/sequence'
export { declareSkipGram, type SkipGramDeclaration } from './models/skip-gram'
export type { Transformer } from './models/transformer'
export { declareTwoTower, type TowerDeclaration, type TwoTowerDeclaration } from './models/two-tower'
export { declareWideAndDeep, type WideAndDeepDeclaration } from './models/wide-and-deep'
export {
  declareTrainable,
  type Column,
  type Lookup,
  type ModelEquations,
  type Reads,
  type RowOptimiser,
  type Segment,
  type TableDeclaration,
  type TrainableModel,
} from './trainable'
export { withRowDecay } from './row-decay'
