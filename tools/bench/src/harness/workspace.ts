import { join } from 'node:path'

/** The workspace's root, as seen from a built bench: `tools/bench/dist/harness`. */
export const WORKSPACE = join(__dirname, '..', '..', '..', '..')
