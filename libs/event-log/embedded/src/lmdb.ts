export { copyEnvironment, PAGES_FILE } from './copy-environment'
export { openEnvironment, type Environment } from './environment'
export { meaningOf } from './failures'
export { slabBytes } from './slab'
