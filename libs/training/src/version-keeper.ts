import type { Clock } from '@freshet/kernel'
import type { TrainingSettings } from './settings'
import type { TrainingLine } from './training-line'
import type { VersionFacts } from './version-shelf'
import { saveVersion, type SaveOptions } from './versioning'

/** What a keeper needs. */
export interface KeeperOptions extends Omit<SaveOptions, 'parent'> {
  readonly clock: Clock
  readonly settings: TrainingSettings
}

/** Knows which version is the newest, and when the next one is due. */
export class VersionKeeper {
  private current: VersionFacts | undefined
  private savedMs: number
  /** What the newest version contains. */
  private step = 0
  private offset = 0

  constructor(private readonly options: KeeperOptions) {
    this.savedMs = options.clock.monotonicMs()
  }

  /** The newest version that this trainer has opened or made. */
  get newest(): VersionFacts | undefined {
    return this.current
  }

  /** Goes on from what a line was opened with. */
  adopt({ opened: { version } }: TrainingLine): void {
    this.current = version ?? this.current
    this.step = version?.step ?? 0
    this.offset = version?.journalOffset ?? 0
  }

  /** True when the line has steps that no version contains. */
  isBehind({ learner }: TrainingLine): boolean {
    return learner.state.step > this.step
  }

  /** By steps, by time where there are any, and by the journal's length: what an idle owner writes must be retired, too. */
  isDue({ learner, desk }: TrainingLine): boolean {
    const { settings, clock } = this.options
    const steps = learner.state.step - this.step
    if (steps >= settings.versionSteps || desk.position - this.offset >= settings.versionRecords) return true
    return steps > 0 && clock.monotonicMs() - this.savedMs >= settings.versionMs
  }

  /** Saves the line's state, or finds the version that has it already. */
  async save(line: TrainingLine): Promise<VersionFacts> {
    this.current = await saveVersion(line, { ...this.options, parent: this.current?.name ?? '' })
    this.step = this.current.step
    this.offset = this.current.journalOffset
    this.savedMs = this.options.clock.monotonicMs()
    return this.current
  }
}
