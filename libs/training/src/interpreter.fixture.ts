import { type CompileGraph, interpretGraph } from '@freshet/tensor'

/** What a test's threads compute with. */
export const compileInterpreted = (): CompileGraph => interpretGraph
