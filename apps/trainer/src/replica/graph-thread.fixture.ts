import { type CompileGraph, interpretGraph } from '@freshet/tensor'

/** What a test's thread compiles with. */
export const compileInterpreted = (): CompileGraph => interpretGraph

/** A compiler that cannot. */
export const compileNothing = (): CompileGraph => () => Promise.reject(new RangeError('no such operation'))

/** A compiler whose graphs take their thread with them. */
export const compileDeadly = (): CompileGraph => async () => ({ run: () => process.exit(3), release: async () => undefined })
