import { Cut } from '@freshet/contracts'
import type { EventLog } from '@freshet/event-log'
import { type Clock, cross, PreconditionError } from '@freshet/kernel'
import type { CommandQueue } from './command-queue'
import { keepCut, keepExamples } from './dead-letters'
import type { CutPart } from './learner'
import { DictionaryDesk } from './dictionary-desk'
import type { ToolSource } from './line-dictionaries'
import { DEATHS_MAX, type TrainingSettings } from './settings'
import type { TrainingLine } from './training-line'
import type { Saving, VersionKeeper } from './version-keeper'

const ROOM_MS = 5 // a slice or two of a version

/** What an owner works with, beside the line. */
export interface OwnerTools {
  readonly log: EventLog
  readonly clock: Clock
  readonly settings: TrainingSettings
  readonly commands: CommandQueue
  readonly versions: VersionKeeper
  readonly toolsOf: ToolSource['toolsOf']
  readonly onVoid: (cut: Cut) => void
  readonly onLeftOut: (examples: number) => void
}

/** What an operator gives up: the next so many records of a partition, which are in the log no more. */
export interface DeclaredLoss {
  readonly partition: number
  readonly records: number
}

/** What was given up, and the step that passes over it. */
export interface LostRange {
  readonly step: number
  readonly from: number
  readonly to: number
}

/** A cut that is durable and waits for its turn. */
interface PlannedCut {
  readonly cut: Cut
  readonly parts: readonly CutPart[] | undefined
}

/** What the owner of a line does: plan a cut, make it durable one ahead, execute the one before, tell the result. */
export class Owner {
  /** Large cuts without rows in their results, until nothing waits. */
  isBackfill = false
  private ahead: PlannedCut | undefined
  private failure: { readonly error: unknown } | undefined
  private wroteMs: number
  private resultMs = 0
  private denseMs = 0
  private readonly dictionaries: DictionaryDesk | undefined

  constructor(
    private readonly line: TrainingLine,
    private readonly tools: OwnerTools,
  ) {
    const { log, clock, settings, toolsOf } = tools
    this.wroteMs = clock.monotonicMs()
    this.dictionaries = toolsOf && new DictionaryDesk(line, { log, clock, everyMs: settings.heartbeatMs, toolsOf })
  }

  /**
   * A new owner's first record is the result of every cut that has none; what readers cannot follow by values they get as a
   * version. Cuts that nobody has survived yet (`held`) are executed and told one by one, so that the journal shows which one
   * ends a process; one that has done so three times is void.
   */
  async takeOver(held: readonly Cut[]): Promise<void> {
    const { desk, learner, pending, opened } = this.line
    const isUntold = desk.state.resultStep < learner.state.step
    const isOwed = (desk.state.omittedStep ?? 0) > (this.tools.versions.newest?.step ?? 0)
    if (isUntold) pending.omitRows()
    await this.tell()
    for (const cut of held) {
      const { deaths } = desk.state
      if (deaths?.step === cut.step && deaths.count >= DEATHS_MAX && !this.line.isVoid(cut.step)) await this.void(cut)
      await this.execute({ cut, parts: undefined })
      await this.tell()
    }
    if (isUntold || isOwed || opened.skipped.length > 0) await this.endBackfill()
  }

  /** One step, or a rest where there is nothing to learn. */
  async turn(signal: AbortSignal): Promise<void> {
    if (this.failure) throw this.failure.error
    if (this.tools.versions.isCrowded) return this.makeRoom(signal)
    if (this.dictionaries?.isDue) await this.dictionaries.takeIn(() => this.settle())
    const current = this.ahead ?? (await this.planCut(signal))
    this.ahead = undefined
    if (!current) return
    const next = this.line.source.count() >= this.tools.settings.cutExamples ? this.commitCut() : undefined
    const [executed, planned] = await Promise.allSettled([this.execute(current), next])
    if (planned.status === 'fulfilled') this.ahead = planned.value
    if (executed.status === 'rejected') throw executed.reason
    if (planned.status === 'rejected') throw planned.reason
    if (this.isResultDue()) await this.tell()
    if (this.tools.versions.isDue(this.line)) await this.makeVersion()
  }

  /** Executes what is durable and tells all of it: the state is then what the journal says, to the last record. */
  settle(): Promise<void> {
    return this.wholly(async () => {
      if (this.ahead) {
        const { ahead } = this
        this.ahead = undefined
        await this.execute(ahead)
      }
      await this.tell()
    })
  }

  /** Who asked for work learns what it failed by; the next turn does, too: nobody goes on after what may be half done or half told. */
  private async wholly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.failure = { error }
      throw error
    }
  }

  /**
   * Gives up records that are in the log no more, by a cut that is void as it is made: whoever replays passes over them at the same step.
   * Throws PreconditionError where the partition has lost something else than is said.
   */
  async giveUp({ partition, records }: DeclaredLoss): Promise<LostRange> {
    await this.settle()
    const { source, desk } = this.line
    const range = await source.lostRange(partition)
    const lost = range ? range.to - range.from : 0
    if (!range || lost !== records)
      throw new PreconditionError(`partition ${partition} has lost ${lost} examples, not ${records}`, 'say how many `freshet status` shows')
    const cut = Cut.create({ step: desk.state.step + 1, ranges: [range] })
    const reason = `${lost} examples of partition ${partition} are in the log no more, and were given up`
    await this.wholly(async () => {
      await desk.append({ $case: 'cut', cut })
      await desk.append({ $case: 'voidCut', voidCut: { step: cut.step, reason } })
      this.line.void(cut.step)
      await this.execute({ cut, parts: undefined })
      await this.tell()
    })
    return { step: cut.step, from: range.from, to: range.to }
  }

  /** Settles, and begins a version of the state as it then is; undefined while one of an earlier state is being made. */
  async beginVersion(): Promise<Saving | undefined> {
    await this.settle()
    return this.tools.versions.begin(this.line)
  }

  /** Begins a version that nobody waits for; the next turn throws what it fails by. Returns whether one was begun. */
  private async makeVersion(): Promise<boolean> {
    const saving = await this.beginVersion()
    saving?.saved.catch((error: unknown) => (this.failure = { error }))
    return saving !== undefined
  }

  private async keepLeftOut(): Promise<void> {
    const { leftOut } = this.line.pending
    if (leftOut.length === 0) return
    await keepExamples(this.tools.log, leftOut, this.tools.clock.nowMs())
    this.tools.onLeftOut(leftOut.length)
  }

  private async void(cut: Cut): Promise<void> {
    const reason = `the cut of step ${cut.step} ended its process ${DEATHS_MAX} times`
    await keepCut(this.tools.log, cut, { code: 'VOID_CUT', message: reason, nowMs: this.tools.clock.nowMs() })
    await this.line.desk.append({ $case: 'voidCut', voidCut: { step: cut.step, reason } })
    this.line.void(cut.step)
    this.tools.onVoid(cut)
  }

  private async execute({ cut, parts }: PlannedCut): Promise<void> {
    const outcome = await this.line.execute(cut, parts)
    cross('step-executed')
    this.line.pending.note(outcome, !this.isBackfill)
    this.tools.commands.stepped(outcome.step)
  }

  /** Waits for examples as long as a cut may wait, then makes the next cut durable; undefined when there is nothing to cut yet. */
  private async planCut(signal: AbortSignal): Promise<PlannedCut | undefined> {
    const { settings, clock } = this.tools
    const waiting = await this.line.source.refill(settings.backfillExamples)
    if (waiting === 0) {
      await this.rest(signal)
      return undefined
    }
    if (waiting < settings.cutExamples) await clock.sleep(settings.cutMs, signal)
    return this.commitCut()
  }

  /** Nothing to learn: tell what is untold, show a sign of life, and wait for examples or for the next sign. */
  private async rest(signal: AbortSignal): Promise<void> {
    const { commands, clock, versions } = this.tools
    if (this.isBackfill) await this.endBackfill()
    else if (!this.line.pending.isEmpty(this.line.learner.state)) await this.tell()
    else if (versions.isDue(this.line)) await this.makeVersion()
    if (this.untilBeatMs <= 0) await this.beat()
    await commands.idle(signal, (until) => Promise.race([this.line.source.grown(until), clock.sleep(this.untilBeatMs, until)]))
  }

  /** Lets a version that is being made go on alone for a moment. */
  private async makeRoom(signal: AbortSignal): Promise<void> {
    if (this.untilBeatMs <= 0) await this.beat()
    await this.tools.clock.sleep(ROOM_MS, signal)
  }

  private get untilBeatMs(): number {
    return this.wroteMs + this.tools.settings.heartbeatMs - this.tools.clock.monotonicMs()
  }

  private async beat(): Promise<void> {
    await this.line.desk.append({ $case: 'heartbeat', heartbeat: { writtenMs: this.tools.clock.nowMs() } })
    this.wroteMs = this.tools.clock.monotonicMs()
  }

  /** Takes what waits, up to a cut's size, and makes the cut durable. */
  private async commitCut(): Promise<PlannedCut | undefined> {
    const { settings, clock } = this.tools
    const { source, desk } = this.line
    await source.refill(settings.backfillExamples * 2)
    if (this.dictionaries?.isAwaited) return undefined // by what is to be cut: it is taken in first
    if (source.count() >= 2 * settings.backfillExamples) this.isBackfill = true
    const { ranges, parts } = source.take(this.isBackfill ? settings.backfillExamples : settings.cutExamples)
    const cut = Cut.create({ step: desk.state.step + 1, ranges })
    await desk.append({ $case: 'cut', cut })
    cross('cut-committed')
    this.wroteMs = clock.monotonicMs()
    return { cut, parts }
  }

  /** Backfill left rows out: readers get a version, and results carry rows again. Where one is being made already, later. */
  private async endBackfill(): Promise<void> {
    this.isBackfill = !(await this.makeVersion())
  }

  private isResultDue(): boolean {
    const { settings, clock } = this.tools
    return clock.monotonicMs() - this.resultMs >= (this.isBackfill ? settings.denseMs : settings.resultMs)
  }

  /** Tells what the steps since the last result did. */
  private async tell(): Promise<void> {
    const { clock, settings } = this.tools
    const { pending, learner, desk } = this.line
    if (pending.isEmpty(learner.state)) return
    const nowMs = clock.monotonicMs()
    const isDenseDue = !this.isBackfill && nowMs - this.denseMs >= settings.denseMs
    await this.keepLeftOut()
    for (const result of pending.seal(learner.state, isDenseDue)) await desk.append({ $case: 'result', result })
    this.resultMs = this.wroteMs = nowMs
    if (isDenseDue) this.denseMs = nowMs
  }
}
