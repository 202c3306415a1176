import type { CompileGraph } from '@freshet/tensor'
import type { Measured } from '../harness/report'

/** What a set is run with. */
export interface QualityScope {
  /** Where the data sets lie. */
  readonly directory: string
  readonly seeds: readonly number[]
  readonly isQuick: boolean
  readonly compile: CompileGraph
  /** Speaks to people. */
  say(text: string): void
  /** Keeps a picture beside the run; does nothing where no folder was named. */
  keep(name: string, svg: string): void
}

/** A data set with its protocol and the models that are tried on it. */
export interface QualitySet {
  /** As `--set` names it. */
  readonly name: string
  /** Figures by name; undefined where the data is absent. */
  run(scope: QualityScope): Promise<Record<string, Measured> | undefined>
}
