import type { EngineFault } from '@freshet/faults'
import { UnavailableError } from '@freshet/kernel'
import type { EngineName } from '../harness/engine-name'

/** What happens while an engine does not serve. */
export type Meanwhile = () => Promise<void>

/** Where the services keep log and store, and what can happen to that. */
export interface BackEnd extends AsyncDisposable {
  readonly name: EngineName
  /** FRESHET_* settings by which services use it. */
  readonly settings: Readonly<Record<string, string>>
  /** What its engines may suffer. */
  readonly faults: readonly EngineFault[]
  /** Brings one of those upon it, and sees to it that it serves again. `meanwhile` is called while it does not: while it is dead, stands still, or answers nobody. */
  suffer(fault: EngineFault, meanwhile?: Meanwhile): Promise<void>
}

/** Files, which every process opens for itself: the engines die with the services. */
export const EMBEDDED: BackEnd = {
  name: 'embedded',
  settings: {},
  faults: [],
  suffer: (fault) => Promise.reject(new UnavailableError('the embedded back end', `it has no process of its own to suffer '${fault}'`)),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
