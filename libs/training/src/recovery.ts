import type { Clock } from '@freshet/kernel'
import type { TrainingLine } from './training-line'

/** How far a trainer has come on its way from a version to the journal's end. */
export interface RecoveryNotice {
  readonly kind: 'recovery'
  readonly phase: 'opened' | 'replaying' | 'current'
  /** Where it began; empty: the genesis record. */
  readonly version: string
  readonly step: number
  /** Since the version. */
  readonly steps: number
  /** Journal records that are still to be read. */
  readonly recordsLeft: number
  readonly ms: number
}

const EVERY_MS = 1000

/** Tells how a recovery goes: at its beginning, once a second, and at its end. */
export class Recovery {
  private readonly beganMs: number
  private readonly firstStep: number
  private toldMs: number
  private isOver = false

  constructor(
    private readonly line: TrainingLine,
    private readonly clock: Clock,
    private readonly onNotice: (notice: RecoveryNotice) => void,
  ) {
    this.beganMs = this.toldMs = clock.monotonicMs()
    this.firstStep = line.learner.state.step
  }

  /** The line has been opened. */
  async opened(): Promise<void> {
    await this.tell('opened')
  }

  /** Some records have been read and obeyed. */
  async read(): Promise<void> {
    if (!this.isOver && this.clock.monotonicMs() - this.toldMs >= EVERY_MS) await this.tell('replaying')
  }

  /** The journal's end has been reached. */
  async current(): Promise<void> {
    if (!this.isOver) await this.tell('current')
    this.isOver = true
  }

  private async tell(phase: RecoveryNotice['phase']): Promise<void> {
    this.toldMs = this.clock.monotonicMs()
    const { step } = this.line.learner.state
    const recordsLeft = await this.line.desk.left()
    const version = this.line.opened.version?.name ?? ''
    this.onNotice({
      kind: 'recovery',
      phase,
      version,
      step,
      steps: step - this.firstStep,
      recordsLeft,
      ms: Math.round(this.toldMs - this.beganMs),
    })
  }
}
