import { type Clock, spellChecksum } from '@freshet/kernel'
import { takeSnapshot, type Snapshot } from './snapshot'
import type { TrainingLine } from './training-line'
import type { VersionFacts } from './version-shelf'
import { factsOf, retire, type SaveOptions, writeVersion } from './versioning'

/** What a keeper needs. */
export interface KeeperOptions extends SaveOptions {
  readonly clock: Clock
  /** Told when a version is there. */
  readonly onVersion: (version: VersionFacts) => void
}

/** A version that is being made of the state after `step`. */
export interface Saving {
  readonly step: number
  readonly saved: Promise<VersionFacts>
}

/** A full version of this start's own, and what lies above it. */
interface Family {
  readonly bytes: number
  increments: number
  incrementBytes: number
}

/**
 * Increments above one full version: so many, and together at most this share of its bytes, or what the settings say where it is small. A
 * full one too early pushes out the oldest that is kept: what one may roll back to would lie seconds ago.
 */
const INCREMENTS_MAX = 32
const INCREMENTS_SHARE_MAX = 1 / 2
/** Making increments takes at most a twentieth of the time. */
const REST_PER_COST = 20
/** What a version that is being made may hold of memory: this share of the table, and this much of any. */
const HELD_SHARE_MAX = 1 / 4
const HELD_BYTES_FREE = 64 << 20

/** Knows which version is the newest, when the next one is due, and of what kind it is; makes one at a time, while steps go on. */
export class VersionKeeper {
  private current: VersionFacts | undefined
  private family: Family | undefined
  private making: (Saving & { readonly snapshot: Snapshot; readonly abandon: () => void }) | undefined
  /** What the newest version contains, and when it was begun. */
  private step = 0
  private begunMs: number
  private costMs = 0
  /** The newest full one, likewise. */
  private full = { step: 0, offset: 0, begunMs: 0 }

  constructor(private readonly options: KeeperOptions) {
    this.begunMs = options.clock.monotonicMs()
    this.full.begunMs = this.begunMs
  }

  /** The newest version that this trainer has opened or made. */
  get newest(): VersionFacts | undefined {
    return this.current
  }

  /** True while a version that is being made holds as much memory as it may: whoever steps on makes it hold more. */
  get isCrowded(): boolean {
    if (!this.making) return false
    const { heldBytes, bytes } = this.making.snapshot
    return heldBytes > Math.max(HELD_BYTES_FREE, bytes.full * HELD_SHARE_MAX)
  }

  /** Goes on from what a line was opened with; its first version is a full one, since the last start's may not be whole. */
  adopt({ opened: { version } }: TrainingLine): void {
    this.current = version ?? this.current
    this.family = undefined
    this.step = version?.step ?? 0
    this.full = { ...this.full, step: this.step, offset: version?.journalOffset ?? 0 }
  }

  /** True when the line has steps that no version contains. */
  isBehind({ learner }: TrainingLine): boolean {
    return learner.state.step > this.step
  }

  isDue(line: TrainingLine): boolean {
    return !this.making && (this.isFullDue(line) || this.isIncrementDue(line))
  }

  /**
   * Begins a version of the line's state, or finds the one that has it already; the line must have executed every cut that it has
   * read. Undefined while one of another state is being made.
   */
  begin(line: TrainingLine): Saving | undefined {
    const { state } = line.learner
    if (this.making) return this.making.step === state.step ? this.making : undefined
    const kept = this.keptOf(line)
    if (kept) return { step: kept.step, saved: Promise.resolve(kept) }
    const snapshot = takeSnapshot(state)
    const ended = new AbortController()
    const saved = this.make(line, snapshot, ended.signal).finally(() => (this.making = undefined))
    saved.catch(() => undefined) // told to whoever waits for it
    this.making = { step: state.step, saved, snapshot, abandon: () => ended.abort() }
    return this.making
  }

  /** Resolves when no version is being made. */
  async idle(): Promise<void> {
    await this.making?.saved.catch(() => undefined)
  }

  /** Gives up what is being made: its state is not the journal's any more. */
  async abandon(): Promise<void> {
    this.making?.abandon()
    await this.idle()
  }

  private async make(line: TrainingLine, snapshot: Snapshot, signal: AbortSignal): Promise<VersionFacts> {
    const { clock, genesis, onVersion } = this.options
    const begunMs = (this.begunMs = clock.monotonicMs())
    const kind = this.kindOf(line, snapshot)
    const facts = factsOf(line, { kind, parent: this.current, nowMs: clock.nowMs() }, genesis)
    const sealed = { snapshot, facts, journal: JSON.stringify(line.desk.state), blobs: line.under.tools.blobs ?? {} }
    let version: VersionFacts
    try {
      version = await writeVersion(sealed, this.options, signal)
    } catch (error) {
      snapshot.close(false)
      throw error
    }
    snapshot.close(true)
    this.note(version, snapshot, begunMs)
    if (line.desk.isOwner) await retire(line, this.options)
    this.costMs = clock.monotonicMs() - begunMs
    onVersion(version)
    return version
  }

  private note(version: VersionFacts, { bytes }: Snapshot, begunMs: number): void {
    this.current = version
    this.step = version.step
    if (version.kind === 'full') {
      this.full = { step: version.step, offset: version.journalOffset, begunMs }
      this.family = { bytes: bytes.full, increments: 0, incrementBytes: 0 }
    } else if (this.family) {
      this.family.increments++
      this.family.incrementBytes += bytes.increment
    }
  }

  /** A version of this very state, unless the journal has grown by as much as may lie between versions. */
  private keptOf({ desk, learner: { state }, opened }: TrainingLine): VersionFacts | undefined {
    const { current, options } = this
    if (current?.step !== state.step || current.chain !== spellChecksum(state.chain)) return undefined
    const isDamaged = opened.skipped.some(({ version }) => version === current.name)
    return !isDamaged && desk.position - current.journalOffset < options.settings.versionRecords ? current : undefined
  }

  /** Followers write full ones: what theirs would build upon is the owner's to let go. */
  private kindOf(line: TrainingLine, { bytes }: Snapshot): VersionFacts['kind'] {
    const { family, current } = this
    if (current?.model !== line.under.tools.modelSet.canonical) return 'full' // with serving graphs of its own
    if (!line.desk.isOwner || !family || this.isFullDue(line) || family.increments === INCREMENTS_MAX) return 'full'
    const bytesMax = Math.max(this.options.settings.incrementBytes, family.bytes * INCREMENTS_SHARE_MAX)
    return family.incrementBytes + bytes.increment <= bytesMax ? 'increment' : 'full'
  }

  /** By steps, by time where there are any, and by the journal's length: what an idle owner writes must be retired, too. */
  private isFullDue({ learner, desk }: TrainingLine): boolean {
    const { settings, clock } = this.options
    const steps = learner.state.step - this.full.step
    if (steps >= settings.versionSteps || desk.position - this.full.offset >= settings.versionRecords) return true
    return steps > 0 && clock.monotonicMs() - this.full.begunMs >= settings.versionMs
  }

  private isIncrementDue({ learner }: TrainingLine): boolean {
    const { settings, clock } = this.options
    const steps = learner.state.step - this.step
    const restedMs = clock.monotonicMs() - this.begunMs
    if (steps === 0 || restedMs < REST_PER_COST * this.costMs) return false
    return steps >= settings.incrementSteps || restedMs >= settings.incrementMs
  }
}
