export { declareModelSet, type ModelGraphs, type ModelSet } from './model-set'
export type { DeclaredParameter, Parameter } from './parameters'
