import type { EventLog } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import type { OnlineStore, Put } from '@freshet/online-store'
import type { SharedItems } from './shared-items'

/** What the fold of one partition stands on. */
export interface FolderScope {
  readonly log: EventLog
  readonly store: OnlineStore
  /** The one that the data set was made with; others are in the log. */
  readonly dictionary: Dictionary
  readonly partition: number
  /** Who folds, among those who may: told apart from whoever commits from the same standing. */
  readonly member?: string
  /** Names the log, where it lies in the data set's directory, one brought back from a backup anew. */
  readonly generation?: string
  readonly items: SharedItems
  readonly seed: number
  readonly usersMax: number
  /** Told what each commit has changed, once all that it caused is published. */
  readonly onCommitted?: (puts: readonly Put[]) => void
}
