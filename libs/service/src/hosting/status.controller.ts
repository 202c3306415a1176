import { Controller, Get, Header, Inject } from '@nestjs/common'
import { RUNTIME, type Runtime } from '../runtime/runtime'

/** The token of a function that answers the metrics of the process as text. */
export const METRICS = Symbol('freshet.metrics')

/** What operators ask every process for. */
@Controller()
export class StatusController {
  constructor(
    @Inject(METRICS) private readonly read: () => Promise<string>,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Get('healthz')
  health(): { status: string; name: string; dictionary: string } {
    const { drain, config, dictionary } = this.runtime
    return { status: drain.signal.aborted ? 'draining' : 'serving', name: config.name, dictionary: dictionary.hash }
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.read()
  }
}
