import type { Cut, Result } from '@freshet/contracts'
import type { FoldedRecord } from './journal-desk'
import type { StepOutcome } from './learner'
import type { TrainingLine } from './training-line'

/**
 * What a follower makes of the journal's records.
 *
 * In step with a living owner it executes each cut as it reads it. Before, a cut waits until somebody has survived it: one
 * without a result may be what ended the last owner, and whoever executes it without a word would end in the same way, again
 * and again, and leave no trace in the journal. So it is for the next owner, who claims first, and executes then.
 */
export class Replay {
  private held: Cut[] = []
  private isCurrent = false
  private isInStep = false

  constructor(
    private readonly line: TrainingLine,
    private readonly onStep: (outcome: StepOutcome) => void,
  ) {}

  /** Cuts that have been read and not executed. */
  get waiting(): number {
    return this.held.length
  }

  /** Throws DivergedError where a result says otherwise, VoidedError where a cut was executed that is void. */
  async obey({ record: { record }, isValid }: FoldedRecord): Promise<void> {
    if (!isValid) return
    if (record?.$case === 'voidCut') this.line.void(record.voidCut.step)
    if (record?.$case === 'cut') this.held.push(record.cut)
    if (record?.$case === 'cut' && this.isInStep) await this.finish()
    if (record?.$case === 'result' && !record.result.continues) await this.believe(record.result)
  }

  /** The journal has been read to its end: what comes now is written by somebody who lives. */
  current(): void {
    this.isCurrent = true
    if (this.held.length === 0) this.isInStep = true
  }

  /** Executes what waits, up to a step. */
  async finish(until = Infinity): Promise<void> {
    while (this.held.length > 0 && this.held[0].step <= until) this.onStep(await this.line.execute(this.held.splice(0, 1)[0]))
  }

  /** Hands over what waits: to a new owner, who tells after each. */
  release(): readonly Cut[] {
    return this.held.splice(0)
  }

  private async believe(result: Result): Promise<void> {
    await this.finish(result.toStep)
    this.line.check(result)
    this.line.pending.restart(result.toStep)
    if (!this.isCurrent) return
    this.isInStep = true
    await this.finish()
  }
}
