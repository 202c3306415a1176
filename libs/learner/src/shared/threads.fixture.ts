import path from 'node:path'
import { type CompileGraph, interpretGraph } from '@freshet/tensor'
import { threadsOf } from './thread'

/** What a test's threads compute with. */
export const compileInterpreted = (): CompileGraph => interpretGraph

/** Threads of a test: they read TypeScript from source. */
export const testThreads = threadsOf({
  module: path.join(__dirname, 'threads.fixture.ts'),
  compiler: 'compileInterpreted',
  execArgv: ['--conditions=@freshet/source', '-r', path.resolve(__dirname, '../../../testing/source-hook.cjs')],
})
