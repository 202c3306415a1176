import { setImmediate } from 'node:timers/promises'
import type { Configure, Result } from '@freshet/contracts'
import { JOURNAL } from '@freshet/event-log'
import { readJournal, type FoldedRecord, type JournalLog, type RecordMark, type JournalState } from '@freshet/follow'
import { CorruptError, isFreshetError, type Clock } from '@freshet/kernel'
import { carriedVersion } from './carried-version'
import type { ServingModel } from './serving-model'
import type { PlacedVersion, VersionName, VersionSource } from './versions'

/** What a follower reads, and whom it tells. */
export interface JournalFollowerOptions {
  readonly log: JournalLog
  readonly versions: VersionSource
  readonly model: ServingModel
  readonly clock: Clock
  /** Told of the changes of the dictionary up to here (none: the first one holds); gives the model that goes on. */
  readonly onDictionary?: (changes: readonly Configure[]) => Promise<ServingModel>
  /** Told of what could not be read: of the journal, before it is tried again, or of a version, which is passed over. */
  readonly onError: (error: unknown, version?: string) => void
}

/** Where to read on from, and why: the state of a version, or the journal's beginning. */
interface Start {
  readonly from: number
  readonly state: JournalState | undefined
  readonly mark?: RecordMark | null
}

/**
 * Keeps a model up with the journal: loads the newest version, applies valid results, and turns to a version where a record
 * says so (`serve`, `reset`) or where rows were left out of results (backfill).
 */
export class JournalFollower {
  /** The next record to read. */
  position = 0
  private pinned: string | undefined
  /** Results beyond this step are missing rows: only a version from there on helps. */
  private missingTo: number | undefined
  /** Records below it have been seen once: what they said of serving has been acted upon. */
  private seenBelow = 0
  /** Versions that could not be read: they are reported once, and neither tried again nor waited for. */
  private readonly unreadable = new Set<string>()
  /** Nothing can be begun from: no version can be read, and the journal that would replace one is gone. */
  private isStranded = false
  private reported = ''
  private model: ServingModel
  /** The number of the dictionary that the model is of. */
  private dictionaryNumber = 0

  constructor(private readonly options: JournalFollowerOptions) {
    this.model = options.model
  }

  /** True while only a version that is not there yet would bring what the journal says: results came without rows, or nothing can be begun from. */
  get isBehind(): boolean {
    return this.missingTo !== undefined || this.isStranded
  }

  /** Follows until `signal` aborts; begins again from the newest version after any failure. */
  async run(signal: AbortSignal): Promise<void> {
    let start: Start | undefined
    while (!signal.aborted) {
      try {
        start = await this.follow(start ?? (await this.startFromNewest()), signal)
        this.reported = ''
      } catch (error) {
        start = undefined
        this.reportOnce(error)
        await this.options.clock.sleep(RETRY_MS, signal)
      }
    }
  }

  /** Reads to where the journal ends now: for a boot that answers only once it is up to date, and for tests. */
  async catchUp(signal: AbortSignal): Promise<void> {
    let start: Start | undefined = await this.startFromNewest()
    while (start !== undefined) start = await this.read(start, { signal, stopAtEnd: true })
  }

  private async follow(start: Start, signal: AbortSignal): Promise<Start | undefined> {
    const inner = new AbortController()
    const watching = this.watchVersions(inner)
    try {
      return await this.read(start, { signal: AbortSignal.any([signal, inner.signal]), stopAtEnd: false })
    } finally {
      inner.abort()
      await watching
    }
  }

  /** Reads on; ends with another place to read on from where a record or a new version calls for it. */
  private async read({ from, state, mark }: Start, reading: { signal: AbortSignal; stopAtEnd: boolean }): Promise<Start | undefined> {
    const { clock } = this.options
    this.position = from
    let turnMs = clock.monotonicMs()
    for await (const folded of readJournal(this.options.log, from, { ...reading, state, mark })) {
      this.position = folded.offset + 1
      const turn = folded.verdict === 'valid' ? await this.take(folded) : undefined
      if (turn !== undefined) return turn
      if (clock.monotonicMs() - turnMs < TURN_MS) continue
      await setImmediate() // whoever has much to catch up with answers meanwhile
      turnMs = clock.monotonicMs()
    }
    return this.isBehind && !(await this.isStillMissing()) ? this.startFromNewest() : undefined
  }

  private async take({ record: { record }, offset, state }: FoldedRecord): Promise<Start | undefined> {
    if (record?.$case === 'serve') return this.serve(state, offset)
    if (record?.$case === 'configure') await this.turnTo(state.dictionaries)
    if (this.pinned !== undefined) return undefined
    if (record?.$case === 'genesis') this.model.begin()
    if (record?.$case === 'reset') await this.reset(record.reset.version, state)
    if (record?.$case === 'result') this.applyResult(record.result)
    return undefined
  }

  /** A version may have been made before the results of its last steps were written: those it contains. */
  private applyResult(result: Result): void {
    const { model } = this
    if (result.toStep <= model.stamp().rowStep) return
    if (result.rowsOmitted) this.missingTo = result.toStep
    else if (!this.isBehind) model.apply(result)
  }

  /** The version's state counts as the state after `step`; where it cannot be read, the next version helps. */
  private async reset(version: string, state: JournalState): Promise<void> {
    const { step } = state
    const loaded = await this.load(version)
    this.missingTo = loaded === undefined ? step + 1 : undefined
    if (loaded !== undefined) this.model.take({ ...carriedVersion(state, loaded), step })
  }

  /** A pinned version stays until another `serve`; an empty one goes back to the newest and follows from there. */
  private async serve(state: JournalState, offset: number): Promise<Start | undefined> {
    const { serving } = state
    if (offset < this.seenBelow) return undefined
    this.seenBelow = offset + 1
    const wasPinned = this.pinned !== undefined
    const version = serving === undefined ? undefined : await this.load(serving)
    this.pinned = version?.name
    if (version !== undefined) this.model.take(carriedVersion(state, version))
    return wasPinned && version === undefined ? this.startFromNewest() : undefined
  }

  private async startFromNewest(): Promise<Start> {
    this.missingTo = undefined
    const version = await this.loadNewest()
    if (version === undefined) return this.startFromGenesis()
    this.isStranded = false
    const { journal, journalOffset } = version
    if (this.seenBelow < journalOffset) {
      this.pinned = journal.serving
      this.seenBelow = journalOffset
    }
    const pinned = this.pinned === undefined ? undefined : await this.load(this.pinned)
    this.pinned = pinned?.name
    await this.turnTo(journal.dictionaries)
    this.model.take(carriedVersion(journal, pinned ?? version))
    return { from: journalOffset, state: journal, mark: version.journalMark }
  }

  /** Throws CorruptError where the journal no longer has its first records. */
  private async startFromGenesis(): Promise<Start> {
    const first = await this.options.log.first(JOURNAL)
    this.isStranded = first > 0
    if (!this.isStranded) {
      await this.turnTo()
      return { from: 0, state: undefined }
    }
    const damaged = [...this.unreadable].map((key) => key.split('@')[0]).join(', ')
    const reason = `it begins at ${first}, and no version can be opened${damaged ? ` (damaged: ${damaged})` : ''}`
    throw new CorruptError('the journal', reason, 'restore a version from a backup')
  }

  /** Nothing is read before the model is of the dictionary that the next record speaks under. */
  private async turnTo(changes: readonly Configure[] = []): Promise<void> {
    const number = changes.at(-1)?.dictionaryNumber ?? 0
    if (number === this.dictionaryNumber) return
    this.model = (await this.options.onDictionary?.(changes)) ?? this.model
    this.dictionaryNumber = number
  }

  private async loadNewest(): Promise<PlacedVersion | undefined> {
    for (const listed of (await this.readable()).reverse()) {
      const version = await this.load(listed.name)
      if (version !== undefined) return version
      this.unreadable.add(keyOf(listed))
    }
    return undefined
  }

  /** The versions that are worth a try, oldest first. */
  private async readable(): Promise<VersionName[]> {
    return (await this.options.versions.list()).filter((version) => !this.unreadable.has(keyOf(version)))
  }

  /** What fails again in the same way is not news. */
  private reportOnce(error: unknown): void {
    if (String(error) === this.reported) return
    this.reported = String(error)
    this.options.onError(error)
  }

  /** A version that cannot be read is reported and passed over. */
  private async load(name: string): Promise<PlacedVersion | undefined> {
    try {
      return await this.options.versions.load(name)
    } catch (error) {
      if (!isFreshetError(error)) throw error
      this.options.onError(error, name)
      return undefined
    }
  }

  /** While rows are missing, looks for the version that has them, and then ends the reading; so it does where the journal is another one. */
  private async watchVersions(inner: AbortController): Promise<void> {
    const { clock } = this.options
    let shortSinceMs: number | undefined
    for (let look = 1; !inner.signal.aborted; look++) {
      await clock.sleep(WATCH_MS, inner.signal)
      if (this.isBehind && !(await this.isStillMissing())) inner.abort()
      const end = look % SHORT_LOOKS === 0 ? await this.journalEnd(inner.signal) : undefined
      if (end !== undefined) shortSinceMs = end < this.position ? (shortSinceMs ?? clock.monotonicMs()) : undefined
      if (shortSinceMs !== undefined && clock.monotonicMs() - shortSinceMs >= SHORT_MS) inner.abort()
    }
  }

  /**
   * Where the journal ends; undefined where that is not known just now. One that was restored, or begun anew, ends before what was read of it: nothing
   * would come until it has grown past that.
   */
  private async journalEnd(signal: AbortSignal): Promise<number | undefined> {
    const { log, clock } = this.options
    const asked = log.next(JOURNAL).catch(() => undefined) // who reads says what is wrong
    return (await Promise.race([asked, clock.sleep(SHORT_MS, signal)])) ?? undefined
  }

  private async isStillMissing(): Promise<boolean> {
    const newest = (await this.readable()).at(-1)
    return newest === undefined || newest.step < (this.missingTo ?? 0)
  }
}

const keyOf = ({ name, createdMs = 0 }: VersionName): string => `${name}@${createdMs}`

const RETRY_MS = 200
const TURN_MS = 10 // of the event loop, as long as there is something to read
const WATCH_MS = 250
const SHORT_LOOKS = 4 // one a second
const SHORT_MS = 5000 // brokers may not have heard of the last records yet
