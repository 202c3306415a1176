import type { EventLog } from '@freshet/event-log'
import type { Dictionary } from '@freshet/features'
import type { Clock } from '@freshet/kernel'
import type { OnlineStore } from '@freshet/online-store'
import { Module, type DynamicModule } from '@nestjs/common'
import type { Config } from '../config/schema'
import type { Logger } from '../telemetry/logger'
import type { Complaints } from './complaints'

/** What hosting needs: all that a process has which keeps nothing. */
export interface Host {
  readonly config: Config
  readonly clock: Clock
  /** How an engine outside the process does, where there is one. */
  readonly log: Pick<EventLog, 'health' | typeof Symbol.asyncDispose>
  /** Absent from a process that keeps nothing. */
  readonly store?: Pick<OnlineStore, 'positions' | 'health'>
  /** What its services complain of; absent from a process that keeps nothing. */
  readonly complaints?: Complaints
  /** The dictionary that held when the process started. */
  readonly dictionary: Pick<Dictionary, 'hash'>
  readonly logger: Logger
  /** Aborts when the process starts to drain: long-lived streams end themselves then. */
  readonly drain: AbortController
}

/** What every service of a process shares; disposing of it closes store and log. */
export interface Runtime extends Host, AsyncDisposable {
  readonly log: EventLog
  /** Names the log that lies in the data set's directory, one brought back from a backup anew; '' for a log elsewhere. */
  readonly logGeneration: string
  readonly store: OnlineStore
  readonly complaints: Complaints
  readonly dictionary: Dictionary
  /** The one that the data set was made with: what its log begins with. */
  readonly firstDictionary: Dictionary
  /** The data set's directory. */
  readonly directory: string
  /** Where model versions lie. */
  readonly versionsDirectory: string
}

/** The Nest token of the {@link Runtime}, of a process that keeps nothing of its {@link Host}: `constructor(@Inject(RUNTIME) private readonly runtime: Runtime)`. */
export const RUNTIME = Symbol('freshet.runtime')

/** Makes a runtime injectable everywhere in an application. */
@Module({})
export class RuntimeModule {
  /** The global module around one runtime. */
  static forRuntime(runtime: Host): DynamicModule {
    return { module: RuntimeModule, global: true, providers: [{ provide: RUNTIME, useValue: runtime }], exports: [RUNTIME] }
  }
}
