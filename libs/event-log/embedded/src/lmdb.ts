export { openEnvironment, type Environment, type Flushing } from './environment'
export { meaningOf } from './failures'
