import { UnavailableError } from '@freshet/kernel'
import { RUNTIME, type Runtime } from '@freshet/service'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'
import { Ranker } from './ranker'
import { Turns } from './turns'

/** Keeps a ranker for as long as the application runs. */
@Injectable()
export class RankerService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private opened: Ranker | undefined
  private running: Promise<void> = Promise.resolve()
  private readonly stop = new AbortController()
  private requests = 0
  private readonly turns = new Turns()

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  /** Throws UnavailableError before the application has started. */
  get ranker(): Ranker {
    if (!this.opened) throw new UnavailableError('the ranker', 'it is starting; ask again in a second')
    return this.opened
  }

  get requestCount(): number {
    return this.requests
  }

  /** Answers when it is this request's turn, and notes how long that took. */
  async timed<T>(answer: (recommender: Ranker['recommender']) => Promise<T>): Promise<T> {
    const { recommender, latency } = this.ranker
    const { clock } = this.runtime
    const startMs = clock.monotonicMs()
    this.requests++
    await this.turns.next()
    const answered = await answer(recommender)
    latency.record(clock.monotonicMs() - startMs)
    return answered
  }

  async onModuleInit(): Promise<void> {
    this.opened = await Ranker.open(this.runtime)
  }

  onApplicationBootstrap(): void {
    const { logger } = this.runtime
    this.running = this.ranker
      .run(this.stop.signal)
      .catch((error: unknown) => logger.error({ err: error }, 'the ranker is no longer kept up to date'))
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort()
    this.opened?.close()
    await this.running
  }
}
