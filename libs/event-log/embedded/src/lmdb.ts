export { openEnvironment, type Environment } from './environment'
export { meaningOf } from './failures'
