import { meaningOf } from '@freshet/features'
import { openIntake, type EventTypes, type Intake } from '@freshet/intake'
import { UnavailableError } from '@freshet/kernel'
import { RUNTIME, type Runtime } from '@freshet/service'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'

/** Keeps the front door open, and its clock ticking, for as long as the application runs. */
@Injectable()
export class IngestService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private opened: Intake | undefined
  private ticking: Promise<void> = Promise.resolve()
  private readonly stop = new AbortController()

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  /** Throws UnavailableError before the application has started. */
  get intake(): Intake {
    if (!this.opened) throw new UnavailableError('ingest', 'it is starting; send this again in a second')
    return this.opened
  }

  async onModuleInit(): Promise<void> {
    const { log, clock, config, dictionary } = this.runtime
    const { futureMsMax } = config.ingest
    const types: EventTypes = {
      dictionary: dictionary.name,
      names: [...dictionary.meanings.keys()],
      meaningOf: (type) => meaningOf(dictionary, type),
    }
    this.opened = await openIntake({ log, clock, types, settings: { futureMsMax, messageBytesMax: config.messageBytesMax } })
  }

  onApplicationBootstrap(): void {
    const { logger } = this.runtime
    this.ticking = this.intake
      .run(this.stop.signal)
      .catch((error: unknown) => logger.error({ err: error }, 'the clock of ingest stands still'))
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort()
    await this.ticking
  }
}
