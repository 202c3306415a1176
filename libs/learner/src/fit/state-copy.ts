import type { NamedBytes } from '@freshet/embedding'
import type { EngineState } from '../engine-state'

/** A state as it was at one moment: what `restore` takes. */
export type StateCopy = readonly NamedBytes[]

/** Copies all that the next step depends on. */
export const copyState = (state: EngineState): StateCopy =>
  Array.from(state.parts(), ({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
