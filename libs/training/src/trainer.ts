import type { Cut, Range } from '@freshet/contracts'
import { type Clock, cross, isFreshetError, PreconditionError } from '@freshet/kernel'
import { CommandQueue } from './command-queue'
import { DivergedError, NotOwnerError, VoidedError } from './errors'
import { digestState } from './learner-state'
import { type DeclaredLoss, type LostRange, Owner } from './owner'
import { createPace } from './pace'
import { Recovery, type RecoveryNotice } from './recovery'
import { Replay } from './replay'
import type { TrainingSettings } from './settings'
import { ShortJournal } from './short-journal'
import { Silence } from './silence'
import { Standing, type StandingNotice } from './standing'
import { type LineOptions, TrainingLine } from './training-line'
import { type TrainerStatus, statusOf } from './trainer-status'
import type { SkippedVersion, VersionFacts, VersionShelf } from './version-shelf'
import { type Saving, VersionKeeper } from './version-keeper'

/** What a trainer is made of. */
export interface TrainerOptions extends LineOptions {
  readonly clock: Clock
  readonly settings: TrainingSettings
  /** Told of what an operator should know. */
  readonly onNotice: (notice: TrainerNotice) => void
}

/** What an operator should know. */
export type TrainerNotice =
  | { readonly kind: 'version-skipped'; readonly skipped: SkippedVersion }
  | { readonly kind: 'version-set-aside'; readonly foreign: SkippedVersion }
  | StandingNotice
  | { readonly kind: 'role'; readonly role: 'owner' | 'follower'; readonly epoch: number; readonly owner: string }
  | { readonly kind: 'version'; readonly version: VersionFacts }
  | { readonly kind: 'diverged'; readonly error: DivergedError | VoidedError }
  | RecoveryNotice
  | { readonly kind: 'left-out'; readonly examples: number }
  | { readonly kind: 'void'; readonly step: number; readonly ranges: readonly Range[] }

/**
 * Learns as the journal orders: the owner cuts, everybody executes.
 *
 * One loop, two turns: the {@link Owner}'s; and the follower's, who reads on, executes, and claims after a {@link Silence}.
 * Between two steps the loop serves commands, so whoever asks sees the state as it is after a whole step.
 */
export class Trainer {
  private readonly commands = new CommandQueue()
  private readonly pace = createPace()
  private readonly standing = new Standing()
  private readonly short: ShortJournal
  private readonly versions: VersionKeeper
  private owner: Owner
  private replay: Replay
  private silence: Silence
  private recovery: Recovery
  /** The journal has been read to its end since the line was opened: only then is what it says of the owner news. */
  private isCurrent = false
  private wasOwner = false
  private isNew = false
  /** This line was claimed since it was opened. */
  private hasClaimed = false

  private constructor(
    private readonly options: TrainerOptions,
    private line: TrainingLine,
  ) {
    this.short = new ShortJournal(options.clock)
    this.versions = new VersionKeeper({ ...options, onVersion: (version) => options.onNotice({ kind: 'version', version }) })
    ;({ owner: this.owner, replay: this.replay, silence: this.silence, recovery: this.recovery } = this.adopt(line))
  }

  /** Opens the newest state that can be had; {@link run} goes on from there. */
  static async open(options: TrainerOptions): Promise<Trainer> {
    const trainer = new Trainer(options, await openLine(options))
    await trainer.recovery.opened()
    return trainer
  }

  /** Learns until `signal` aborts; then tells what is untold and saves a version, if there is anything to save. It cannot be run again. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.learn(signal)
      await this.versions.idle()
      if (this.isActing && this.replay.waiting === 0 && this.versions.isBehind(this.line)) await this.lastVersion().catch(ignoreConflict)
      this.commands.close()
    } finally {
      await this.line.learner.close()
    }
  }

  /** Where this trainer stands. */
  status(): Promise<TrainerStatus> {
    return this.commands.ask(async () => {
      const examplesPerS = this.pace.perS(this.options.clock.monotonicMs())
      const mode = this.owner.isBackfill ? 'backfill' : 'online'
      return statusOf(this.line, { id: this.options.id, mode, version: this.versions.newest?.name ?? '', examplesPerS })
    })
  }

  /** Makes a version of the state as it is when it is asked, or as it is once the one that is being made is there; steps go on meanwhile. */
  async checkpoint(): Promise<VersionFacts> {
    for (;;) {
      const { saving } = await this.commands.ask(async () => ({ saving: await this.beginVersion() }))
      if (saving) return saving.saved
      await this.versions.idle()
    }
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
      await this.owner.settle()
      const { desk, learner } = this.line
      const grant = { to, previous: desk.state.lastOffset }
      const { offset } = await desk.append({ $case: 'grant', grant }, desk.state.epoch + 1)
      cross('ownership-granted')
      this.silence.heard(this.options.clock.monotonicMs())
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

  /** Gives up examples that are in the log no more. Throws NotOwnerError, and PreconditionError where others were lost than is said. */
  declareLoss(loss: DeclaredLoss): Promise<LostRange> {
    return this.commands.ask(async () => {
      this.assertOwner()
      return this.owner.giveUp(loss)
    })
  }

  /** Starts over from the newest version of a shelf: what a target does before it follows. Throws PreconditionError for an owner. */
  reopen(shelf: VersionShelf): Promise<{ readonly step: number; readonly version: string }> {
    return this.commands.ask(async () => {
      if (this.line.desk.isOwner) throw new PreconditionError('the owner cannot follow', 'grant its model set to another trainer first')
      await this.reopenLine({ shelf })
      return { step: this.line.learner.state.step, version: this.line.opened.version?.name ?? '' }
    })
  }

  private async learn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.commands.serve()
      this.noteRole()
      this.noteStanding()
      this.pace.note(this.line.learner.state.metrics.examples, this.options.clock.monotonicMs())
      try {
        await (this.isActing ? this.ownerTurn(signal) : this.followerTurn(signal))
      } catch (error) {
        await this.recover(error)
      }
    }
  }

  private get isActing(): boolean {
    return this.isCurrent && this.line.desk.isOwner
  }

  private async ownerTurn(signal: AbortSignal): Promise<void> {
    if (this.isNew) {
      if (this.replay.waiting > 0 && !this.hasClaimed) await this.claim('restart') // the one before it, of the same name, did not survive them
      await this.owner.takeOver(this.replay.release())
    }
    this.isNew = false
    await this.owner.turn(signal)
  }

  private async beginVersion(): Promise<Saving | undefined> {
    this.assertNothingWaits()
    if (this.isActing) return this.owner.beginVersion()
    return this.versions.begin(this.line)
  }

  private async lastVersion(): Promise<void> {
    await (
      await this.owner.beginVersion()
    )?.saved
  }

  private async followerTurn(signal: AbortSignal): Promise<void> {
    const { clock } = this.options
    const records = await this.line.desk.readOn()
    for (const folded of records) {
      if (folded.isValid) this.silence.heard(clock.monotonicMs())
      await this.replay.obey(folded)
    }
    if (records.length > 0) return this.recovery.read()
    if (this.short.check(this.line.desk))
      return this.commands.idle(signal, (until) => clock.sleep(this.options.settings.heartbeatMs, until))
    await this.recovery.current()
    this.isCurrent = true
    this.replay.current()
    if (this.isActing) return
    this.silence.looked(clock.monotonicMs())
    if (this.silence.isOver) return this.claim('silence').catch(ignoreConflict)
    await this.commands.idle(signal, (until) => Promise.race([this.line.desk.grown(until), clock.sleep(this.silence.untilLookMs, until)]))
  }

  private async claim(reason: string): Promise<void> {
    const { desk } = this.line
    await desk.append({ $case: 'claim', claim: { previous: desk.state.lastOffset, reason } }, desk.state.epoch + 1)
    this.hasClaimed = true
  }

  /** Somebody else wrote: read on and see who owns. Diverged, or deposed with work under way, or a void cut executed: reopen a version. */
  private async recover(error: unknown): Promise<void> {
    const isAstray = error instanceof DivergedError || error instanceof VoidedError
    if (isAstray) this.options.onNotice({ kind: 'diverged', error })
    else if (!isConflict(error)) throw error
    await this.reopenLine(error instanceof VoidedError ? { before: error.step } : {})
  }

  private async reopenLine(instead: Partial<Pick<LineOptions, 'before' | 'shelf'>> = {}): Promise<void> {
    await this.versions.abandon()
    await this.line.learner.close()
    this.line = await openLine({ ...this.options, ...instead })
    ;({ owner: this.owner, replay: this.replay, silence: this.silence, recovery: this.recovery } = this.adopt(this.line))
    await this.recovery.opened()
  }

  private adopt(line: TrainingLine): { owner: Owner; replay: Replay; silence: Silence; recovery: Recovery } {
    const { log, clock, settings, toolsOf, onNotice } = this.options
    this.isCurrent = this.wasOwner = this.hasClaimed = false
    this.versions.adopt(line)
    for (const skipped of line.opened.skipped) onNotice({ kind: 'version-skipped', skipped })
    for (const foreign of line.opened.foreign) onNotice({ kind: 'version-set-aside', foreign })
    const onVoid = ({ step, ranges }: Cut): void => onNotice({ kind: 'void', step, ranges })
    const onLeftOut = (examples: number): void => onNotice({ kind: 'left-out', examples })
    const tools = { log, clock, settings, toolsOf, commands: this.commands, versions: this.versions, onVoid, onLeftOut }
    return {
      owner: new Owner(line, tools),
      replay: new Replay(line, (outcome) => {
        line.pending.noteSkipped(outcome)
        this.commands.stepped(outcome.step)
      }),
      silence: new Silence(settings.heartbeatMs, clock.monotonicMs()),
      recovery: new Recovery(line, clock, onNotice),
    }
  }

  private noteRole(): void {
    const { state } = this.line.desk
    const isOwner = this.isActing
    if (isOwner === this.wasOwner) return
    this.wasOwner = this.isNew = isOwner
    this.options.onNotice({ kind: 'role', role: isOwner ? 'owner' : 'follower', epoch: state.epoch, owner: state.owner })
  }

  private noteStanding(): void {
    const news = this.standing.news(this.line)
    if (news) this.options.onNotice(news)
  }

  private assertOwner(): void {
    const { desk } = this.line
    if (!this.isActing) throw new NotOwnerError(this.options.id, desk.state.owner)
    this.assertNothingWaits()
  }

  /** A state without a cut that the journal holds already is no version of it, and nothing to hand on: the owner's next turn executes it. */
  private assertNothingWaits(): void {
    if (this.replay.waiting > 0) throw new PreconditionError('cuts wait for the owner to survive them', 'ask the owner, or in a moment')
  }
}

/** Opens a line; versions of another log, which nobody may open after it, are set aside, the newest first: it may build upon others. */
async function openLine(options: TrainerOptions): Promise<TrainingLine> {
  const line = await TrainingLine.open(options)
  for (const { version } of line.opened.foreign) await options.shelf.setAside(version)
  return line
}

/** Somebody was faster: reading on tells who. */
function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error
}

const isConflict = (error: unknown): boolean => isFreshetError(error) && error.code === 'OFFSET_CONFLICT'
