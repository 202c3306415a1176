import { randomBytes } from 'node:crypto'
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { JOURNAL } from '@freshet/event-log'
import { UnavailableError } from '@freshet/kernel'
import { assertOffered } from '@freshet/onnx'
import { RUNTIME, type Runtime } from '@freshet/service'
import type { TrainerNotice } from '@freshet/training'
import { keepCurves } from './curves/keep-curves'
import { LearningComplaints } from './learning-complaints'
import { logNotice } from './log-notice'
import type { Answer, Argument, TrainerVerbs } from './worker-protocol'
import { WorkerLink } from './worker-link'
import type { WorkforceNotice } from './workforce'

const RESTART_MS = { first: 250, max: 10_000 }

/** Keeps a thread that learns: starts it, starts it again when it falls, and lets it end in order. */
@Injectable()
export class TrainerService implements OnApplicationBootstrap, OnApplicationShutdown {
  /** This start's name in the journal: a process that was stopped and goes on is not mistaken for its successor. */
  readonly id: string
  private link: WorkerLink | undefined
  private failure: Error | undefined
  private isStopping = false
  private restartMs = RESTART_MS.first
  private readonly complaints: LearningComplaints

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {
    assertOffered(runtime.config.providers) // at boot: a thread would fail again and again
    this.complaints = new LearningComplaints(runtime.clock)
    runtime.complaints.hear(() => this.complaints.list())
    this.id = `${runtime.config.trainer.id}-${randomBytes(4).toString('hex')}`
  }

  onApplicationBootstrap(): void {
    void this.begin()
    const { directory, config, clock, logger, drain } = this.runtime
    void keepCurves({
      ...{ directory, title: config.name, clock, signal: drain.signal },
      status: () => this.ask('status'),
      onError: (error) => logger.warn({ err: error }, 'the learning curves cannot be written; trying again'),
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true
    await this.link?.stop()
  }

  /** Asks the thread. While there is none, throws why the last one ended, else UnavailableError. */
  async ask<V extends keyof TrainerVerbs>(verb: V, argument: Argument = ''): Promise<Answer<V>> {
    const { link } = this
    if (!link) throw this.failure ?? new UnavailableError('the trainer', 'it is starting; ask again in a second')
    await link.ready
    return link.ask(verb, argument)
  }

  /** A standby begins no line of its own: it waits for one to follow. */
  private async begin(): Promise<void> {
    const { config, log, drain } = this.runtime
    if (config.trainer.standby) await log.grown(JOURNAL, 0, drain.signal)
    if (!this.isStopping && !drain.signal.aborted) this.start()
  }

  private start(): void {
    const { logger, config } = this.runtime
    const startedMs = this.runtime.clock.monotonicMs()
    this.link = new WorkerLink(
      { config, id: this.id },
      {
        onNotice: (notice) => this.hear(notice),
        onEnd: (error) => {
          this.link = undefined
          this.failure = error
          this.complaints.ended(error)
          if (this.isStopping) return
          logger.error({ err: error, trainer: this.id }, 'the trainer thread ended; it starts again')
          if (this.runtime.clock.monotonicMs() - startedMs > RESTART_MS.max) this.restartMs = RESTART_MS.first
          void this.restart()
        },
      },
    )
  }

  private async restart(): Promise<void> {
    await this.runtime.clock.sleep(this.restartMs, this.runtime.drain.signal)
    this.restartMs = Math.min(2 * this.restartMs, RESTART_MS.max)
    if (!this.isStopping) this.start()
  }

  private hear(notice: TrainerNotice | WorkforceNotice): void {
    if (notice.kind === 'standing') this.complaints.stands(notice.because)
    if (notice.kind === 'recovery' && notice.phase === 'current') this.complaints.recovered()
    logNotice(this.runtime.logger, this.id, notice)
  }
}
