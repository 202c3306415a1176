import { Cut } from '@freshet/contracts'
import { type Clock, cross, isFreshetError, PreconditionError } from '@freshet/kernel'
import { CommandQueue } from './command-queue'
import { DivergedError, NotOwnerError } from './errors'
import type { FoldedRecord } from './journal-desk'
import type { CutPart } from './learner'
import { digestState } from './learner-state'
import { createPace } from './pace'
import { HEARTBEATS_MISSED_MAX, type TrainingSettings } from './settings'
import { type LineOptions, TrainingLine } from './training-line'
import { type TrainerStatus, statusOf } from './trainer-status'
import type { SkippedVersion, VersionFacts, VersionShelf } from './version-shelf'
import { saveVersion, type SaveOptions } from './versioning'

/** What a trainer is made of. */
export interface TrainerOptions extends LineOptions {
  readonly clock: Clock
  readonly settings: TrainingSettings
  /** Serving graphs and the like, put into every version as they are. */
  readonly blobs: Readonly<Record<string, Uint8Array>>
  /** Told of what an operator should know. */
  readonly onNotice: (notice: TrainerNotice) => void
}

/** What an operator should know. */
export type TrainerNotice =
  | { readonly kind: 'version-skipped'; readonly skipped: SkippedVersion }
  | { readonly kind: 'role'; readonly role: 'owner' | 'follower'; readonly epoch: number; readonly owner: string }
  | { readonly kind: 'version'; readonly version: VersionFacts }
  | { readonly kind: 'diverged'; readonly error: DivergedError }

/** A cut that is durable and waits for its turn. */
interface PlannedCut {
  readonly cut: Cut
  readonly parts: readonly CutPart[] | undefined
}

/**
 * Learns as the journal orders: the owner cuts, everybody executes.
 *
 * One loop, two turns. The owner's: plan a cut, make it durable one ahead, execute the one before, tell the result. The
 * follower's: read on, execute, and claim after four heartbeats of silence. Between two steps the loop serves commands,
 * so whoever asks sees the state as it is after a whole step.
 */
export class Trainer {
  private readonly commands = new CommandQueue()
  private readonly pace = createPace()
  private line: TrainingLine
  private ahead: PlannedCut | undefined
  private heardMs: number
  private wroteMs: number
  private resultMs = 0
  private denseMs = 0
  private versionMs: number
  private versionStep = 0
  private isBackfill = false
  /** The journal has been read to its end since the line was opened: only then is what it says of the owner news. */
  private isCurrent = false
  private wasOwner = false
  private isNew = false
  private newest: VersionFacts | undefined

  private constructor(
    private readonly options: TrainerOptions,
    line: TrainingLine,
  ) {
    this.line = line
    this.heardMs = this.wroteMs = this.versionMs = options.clock.monotonicMs()
    this.adopt(line)
  }

  /** Opens the newest state that can be had; {@link run} goes on from there. */
  static async open(options: TrainerOptions): Promise<Trainer> {
    return new Trainer(options, await TrainingLine.open(options))
  }

  /** Learns until `signal` aborts; then tells what is untold and saves a version, if there is anything to save. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.commands.serve()
      this.noteRole()
      this.pace.note(this.line.learner.state.metrics.examples, this.options.clock.monotonicMs())
      try {
        await (this.isActing ? this.ownerTurn(signal) : this.followerTurn(signal))
      } catch (error) {
        await this.recover(error)
      }
    }
    if (this.isActing && this.line.learner.state.step > this.versionStep) await this.checkpointNow().catch(ignoreConflict)
    this.commands.close()
  }

  /** Where this trainer stands. */
  status(): Promise<TrainerStatus> {
    return this.commands.ask(async () => {
      const examplesPerS = this.pace.perS(this.options.clock.monotonicMs())
      const mode = this.isBackfill ? 'backfill' : 'online'
      return statusOf(this.line, { id: this.options.id, mode, version: this.newest?.name ?? '', examplesPerS })
    })
  }

  /** Makes a version of the state as it is. */
  checkpoint(): Promise<VersionFacts> {
    return this.commands.ask(() => this.checkpointNow())
  }

  /** The SHA-256 of the full state after exactly `step` (0: now). Throws PreconditionError once the step is behind. */
  audit(step: number): Promise<{ readonly step: number; readonly digest: string }> {
    return this.commands
      .ask(async () => {
        const { state } = this.line.learner
        if (step !== 0 && step < state.step)
          throw new PreconditionError(`step ${step} is behind the trainer, which is at ${state.step}`, 'audit a later step')
        if (step === 0 || step === state.step) return { step: state.step, digest: digestState(state) }
        return undefined
      })
      .then((now) => now ?? this.commands.after(step, () => ({ step, digest: digestState(this.line.learner.state) })))
  }

  /** Hands the model set to another trainer. Throws NotOwnerError. */
  grant(to: string): Promise<{ readonly epoch: number; readonly step: number; readonly journalOffset: number }> {
    return this.commands.ask(async () => {
      this.assertOwner()
      await this.settle()
      const { desk, learner } = this.line
      const grant = { to, previous: desk.state.lastOffset }
      const { offset } = await desk.append({ $case: 'grant', grant }, desk.state.epoch + 1)
      cross('ownership-granted')
      this.heardMs = this.options.clock.monotonicMs()
      return { epoch: desk.state.epoch, step: learner.state.step, journalOffset: offset }
    })
  }

  /** Turns rankers to a version. Throws NotOwnerError, NotFoundError. */
  serve(version: string): Promise<{ readonly journalOffset: number }> {
    return this.commands.ask(async () => {
      this.assertOwner()
      if (version !== '') await this.options.shelf.load(version)
      const { offset } = await this.line.desk.append({ $case: 'serve', serve: { version } })
      return { journalOffset: offset }
    })
  }

  /** Starts over from the newest version of a shelf: what a target does before it follows. Throws PreconditionError for an owner. */
  reopen(shelf: VersionShelf): Promise<{ readonly step: number; readonly version: string }> {
    return this.commands.ask(async () => {
      if (this.line.desk.isOwner) throw new PreconditionError('the owner cannot follow', 'grant its model set to another trainer first')
      this.adopt(await TrainingLine.open({ ...this.options, shelf }))
      return { step: this.line.learner.state.step, version: this.line.opened.version?.name ?? '' }
    })
  }

  private get isActing(): boolean {
    return this.isCurrent && this.line.desk.isOwner
  }

  private async ownerTurn(signal: AbortSignal): Promise<void> {
    await this.tellUntold()
    const current = this.ahead ?? (await this.planCut(signal))
    this.ahead = undefined
    if (!current) return
    const next = this.line.source.count() >= this.options.settings.cutExamples ? this.commitCut() : undefined
    const [executed, planned] = await Promise.allSettled([this.executeOwn(current), next])
    if (planned.status === 'fulfilled') this.ahead = planned.value
    if (executed.status === 'rejected') throw executed.reason
    if (planned.status === 'rejected') throw planned.reason
    if (this.isResultDue()) await this.tell()
    if (this.isVersionDue()) await this.checkpointNow()
  }

  private async executeOwn({ cut, parts }: PlannedCut): Promise<void> {
    const outcome = await this.line.execute(cut, parts)
    cross('step-executed')
    this.line.pending.note(outcome, !this.isBackfill)
    this.commands.stepped(outcome.step)
  }

  /** Waits for examples as long as a cut may wait, then makes the next cut durable; undefined when there is nothing to cut yet. */
  private async planCut(signal: AbortSignal): Promise<PlannedCut | undefined> {
    const { settings, clock } = this.options
    const waiting = await this.line.source.refill(settings.backfillExamples)
    if (waiting === 0) {
      await this.rest(signal)
      return undefined
    }
    if (waiting < settings.cutExamples) {
      await clock.sleep(settings.cutMs, signal)
      await this.line.source.refill(settings.backfillExamples)
    }
    return this.commitCut()
  }

  /** Nothing to learn: tell what is untold, show a sign of life, and wait for examples or for the next sign. */
  private async rest(signal: AbortSignal): Promise<void> {
    const { settings, clock } = this.options
    if (this.isBackfill) await this.endBackfill()
    else if (!this.line.pending.isEmpty(this.line.learner.state)) await this.tell()
    const untilBeat = this.wroteMs + settings.heartbeatMs - clock.monotonicMs()
    if (untilBeat > 0) {
      await this.commands.idle(signal, async (until) => {
        const over = new AbortController()
        const either = AbortSignal.any([until, over.signal])
        await Promise.race([this.line.source.grown(either), clock.sleep(untilBeat, either)])
        over.abort()
      })
      return
    }
    await this.line.desk.append({ $case: 'heartbeat', heartbeat: {} })
    this.wroteMs = clock.monotonicMs()
  }

  /** Takes what waits, up to a cut's size, and makes the cut durable. */
  private async commitCut(): Promise<PlannedCut> {
    const { settings, clock } = this.options
    await this.line.source.refill(settings.backfillExamples * 2)
    const waiting = this.line.source.count()
    if (waiting >= 2 * settings.backfillExamples) this.isBackfill = true
    const { ranges, parts } = this.line.source.take(this.isBackfill ? settings.backfillExamples : settings.cutExamples)
    const cut = Cut.create({ step: this.line.desk.state.step + 1, ranges })
    await this.line.desk.append({ $case: 'cut', cut })
    cross('cut-committed')
    this.wroteMs = clock.monotonicMs()
    return { cut, parts }
  }

  /** Backfill left rows out: readers get a version, and results carry rows again. */
  private async endBackfill(): Promise<void> {
    await this.checkpointNow()
    this.isBackfill = false
  }

  private isResultDue(): boolean {
    const { settings, clock } = this.options
    const everyMs = this.isBackfill ? settings.denseMs : settings.resultMs
    return clock.monotonicMs() - this.resultMs >= everyMs
  }

  private isVersionDue(): boolean {
    const { settings, clock } = this.options
    const steps = this.line.learner.state.step - this.versionStep
    return steps >= settings.versionSteps || (steps > 0 && clock.monotonicMs() - this.versionMs >= settings.versionMs)
  }

  /** A new owner's first record is the result of every cut that has none; what readers cannot follow by values they get as a version. */
  private async tellUntold(): Promise<void> {
    const { desk, learner, pending } = this.line
    if (!this.isNew) return
    this.isNew = false
    const isUntold = desk.state.resultStep < learner.state.step
    if (isUntold) pending.omitRows()
    await this.tell()
    if (isUntold || this.line.opened.skipped.length > 0) await this.endBackfill()
  }

  /** Tells what the steps since the last result did. */
  private async tell(): Promise<void> {
    const { clock, settings } = this.options
    const { pending, learner, desk } = this.line
    if (pending.isEmpty(learner.state)) return
    const nowMs = clock.monotonicMs()
    const isDenseDue = !this.isBackfill && nowMs - this.denseMs >= settings.denseMs
    for (const result of pending.seal(learner.state, isDenseDue)) await desk.append({ $case: 'result', result })
    this.resultMs = this.wroteMs = nowMs
    if (isDenseDue) this.denseMs = nowMs
  }

  /** Executes what is durable and tells all of it: the state is then what the journal says, to the last record. */
  private async settle(): Promise<void> {
    if (this.ahead) {
      const { ahead } = this
      this.ahead = undefined
      await this.executeOwn(ahead)
    }
    await this.tell()
  }

  private async checkpointNow(): Promise<VersionFacts> {
    if (this.isActing) await this.settle()
    const { line, options } = this
    this.newest = await saveVersion(line, { ...options, parent: this.newest?.name ?? '' } satisfies SaveOptions)
    this.versionStep = line.learner.state.step
    this.versionMs = options.clock.monotonicMs()
    options.onNotice({ kind: 'version', version: this.newest })
    return this.newest
  }

  private async followerTurn(signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.options
    const records = await this.line.desk.readOn()
    for (const folded of records) await this.obey(folded)
    if (records.length > 0) return
    this.isCurrent = true
    if (this.isActing) return
    const untilClaim = this.heardMs + HEARTBEATS_MISSED_MAX * settings.heartbeatMs - clock.monotonicMs()
    if (untilClaim <= 0) return this.claim()
    await this.commands.idle(signal, async (until) => {
      const over = new AbortController()
      const either = AbortSignal.any([until, over.signal])
      await Promise.race([this.line.desk.grown(either), clock.sleep(untilClaim, either)])
      over.abort()
    })
  }

  /** Executes a cut, checks a result; whatever the owner wrote is a sign of life. */
  private async obey({ record, isValid }: FoldedRecord): Promise<void> {
    this.heardMs = this.options.clock.monotonicMs()
    if (!isValid || !record.record) return
    if (record.record.$case === 'cut') this.commands.stepped((await this.line.execute(record.record.cut)).step)
    if (record.record.$case === 'result') this.line.check(record.record.result)
    if (record.record.$case === 'result' && !record.record.result.continues) this.line.pending.restart(record.record.result.toStep)
  }

  private async claim(): Promise<void> {
    const { desk } = this.line
    const claim = { previous: desk.state.lastOffset, reason: 'silence' }
    this.heardMs = this.options.clock.monotonicMs()
    await desk.append({ $case: 'claim', claim }, desk.state.epoch + 1).catch(ignoreConflict)
  }

  /** Somebody else wrote: read on and see who owns. Diverged or deposed with work under way: reopen a version. */
  private async recover(error: unknown): Promise<void> {
    if (error instanceof DivergedError) {
      this.options.onNotice({ kind: 'diverged', error })
      this.adopt(await TrainingLine.open(this.options))
      return
    }
    if (!isConflict(error)) throw error
    this.adopt(await TrainingLine.open(this.options))
  }

  private adopt(line: TrainingLine): void {
    this.line = line
    this.ahead = undefined
    this.isCurrent = this.wasOwner = false
    this.newest = line.opened.version ?? this.newest
    this.versionStep = line.opened.version?.step ?? 0
    this.heardMs = this.options.clock.monotonicMs()
    for (const skipped of line.opened.skipped) this.options.onNotice({ kind: 'version-skipped', skipped })
  }

  private noteRole(): void {
    const { state } = this.line.desk
    const isOwner = this.isActing
    if (isOwner === this.wasOwner) return
    this.wasOwner = this.isNew = isOwner
    this.options.onNotice({ kind: 'role', role: isOwner ? 'owner' : 'follower', epoch: state.epoch, owner: state.owner })
  }

  private assertOwner(): void {
    const { desk } = this.line
    if (!this.isActing) throw new NotOwnerError(this.options.id, desk.state.owner)
  }
}

/** Somebody was faster: reading on tells who. */
function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error
}

const isConflict = (error: unknown): boolean => isFreshetError(error) && error.code === 'OFFSET_CONFLICT'
