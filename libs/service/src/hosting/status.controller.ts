import type { LogHealth } from '@freshet/event-log'
import type { StoreHealth } from '@freshet/online-store'
import { Controller, Get, Header, Inject, Res } from '@nestjs/common'
import type { Complaint } from '../runtime/complaints'
import { RUNTIME, type Host } from '../runtime/runtime'

/** The token of a function that answers the metrics of the process as text. */
export const METRICS = Symbol('freshet.metrics')

/** The token of a function that says whether the process is ready. */
export const IS_READY = Symbol('freshet.is-ready')

/** What operators ask every process for. */
@Controller()
export class StatusController {
  constructor(
    @Inject(METRICS) private readonly read: () => Promise<string>,
    @Inject(IS_READY) private readonly isReady: () => boolean,
    @Inject(RUNTIME) private readonly runtime: Host,
  ) {}

  @Get('healthz')
  health(@Res({ passthrough: true }) response: StatusLine): HealthAnswer {
    const { drain, config, dictionary, log, store, complaints } = this.runtime
    const found = complaints?.list() ?? []
    const status = drain.signal.aborted ? 'draining' : this.isReady() ? (found.length > 0 ? 'degraded' : 'serving') : 'starting'
    if (status === 'starting') response.status(NOT_YET)
    return {
      ...{ status, name: config.name, dictionary: dictionary.hash },
      ...(log.health && { log: log.health() }),
      ...(store?.health && { store: store.health() }),
      ...(found.length > 0 && { complaints: found }),
    }
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.read()
  }
}

/** What `/healthz` says; `log` and `store` where that is an engine outside the process. Who complains serves, with less than all: `degraded`. */
interface HealthAnswer {
  readonly status: string
  readonly name: string
  readonly dictionary: string
  readonly log?: LogHealth
  readonly store?: StoreHealth
  readonly complaints?: readonly Complaint[]
}

/** What the answer's status is set on. */
interface StatusLine {
  status(code: number): unknown
}

const NOT_YET = 503
