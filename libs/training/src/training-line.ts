import type { Cut, Genesis, Result } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { type JournalState, startFold } from '@freshet/follow'
import { checksumOf, type Clock, isFreshetError, spellChecksum } from '@freshet/kernel'
import { DivergedError, LineMismatchError, VoidedError } from './errors'
import { ExampleSource } from './example-source'
import { JournalDesk } from './journal-desk'
import { type CutPart, Learner, type StepOutcome } from './learner'
import { changesBetween, type ToolSource, underDictionary, type UnderDictionary } from './line-dictionaries'
import { openNewest, type Search } from './newest-version'
import { PendingResult } from './pending-result'
import { assertBegins } from './reachable-beginning'
import type { SkippedVersion, VersionFacts, VersionShelf } from './version-shelf'

/** How steps are computed: state and chain of another number come to other bits. 2: by the engines of `@freshet/learner`. 3: rows of whoever is forgotten go, their keys with them. */
export const STEP_FORMAT = 3

/** What a line of training is opened with. */
export interface LineOptions extends ToolSource {
  readonly id: string
  readonly log: EventLog
  readonly shelf: VersionShelf
  /** What the first record will say, where this is the first trainer; its constants bind everybody after. */
  readonly genesis: Genesis
  /** See {@link GenesisOptions.scoreBins}. */
  readonly scoreBins?: number
  /** Where to start; default: the newest whole version, else the genesis record. */
  readonly from?: string
  /** Only a version before this step will do: what is beyond it was executed though it is void. */
  readonly before?: number
  /** By it one waits for a log that ends too early: brokers may not have heard of the last records yet. The machine's unless given. */
  readonly clock?: Pick<Clock, 'sleep' | 'monotonicMs'>
}

/** What a line began from. */
export interface OpenedFrom {
  /** undefined: the genesis record. */
  readonly version: VersionFacts | undefined
  /** Newer ones that cannot be opened. */
  readonly skipped: readonly SkippedVersion[]
  /** Newer ones of another log than the one that is at hand. */
  readonly foreign: readonly SkippedVersion[]
}

/** What a line goes on with: where it began, and what it computes with under its dictionaries. */
interface Beginning extends OpenedFrom {
  readonly tools: ToolSource
  readonly genesis: Genesis
  readonly under: UnderDictionary
}

/**
 * One state and its place in the journal: version + journal = state.
 *
 * Owners, standbys, recovering trainers and twins all hold one; what differs is only who cuts.
 */
export class TrainingLine {
  /** The chain after each step since the last checked result. */
  private readonly chains = new Map<number, string>()
  /** Steps to come whose cuts are void. */
  private readonly voids: Set<number>
  private current: UnderDictionary

  private constructor(
    readonly learner: Learner,
    readonly desk: JournalDesk,
    readonly source: ExampleSource,
    readonly pending: PendingResult,
    private readonly beginning: Beginning,
  ) {
    this.current = beginning.under
    this.voids = new Set(desk.state.voidSteps.filter((step) => step > learner.state.step))
  }

  /** What it began from. */
  get opened(): OpenedFrom {
    return this.beginning
  }

  /** What the state is of: the dictionary that the last step was computed under, and what belongs to it. */
  get under(): UnderDictionary {
    return this.current
  }

  /**
   * Opens the newest whole version (or `from`), or begins at the genesis record, writing it into an empty journal.
   * Throws CorruptError where no version can be opened, and the journal that would replace one has been trimmed.
   */
  static async open(options: LineOptions): Promise<TrainingLine> {
    const { log, shelf, id, clock } = options
    const first = await log.first(JOURNAL) // before the versions: what is trimmed from now on has one in its place
    const search: Search = { skipped: options.from === undefined ? [...(await shelf.damaged())] : [], foreign: [] }
    const found = await openNewest(options, search, (journal, step) => beginLearner(options, journal, step))
    if (!found) await assertBegins(log, first, search)
    const { journalOffset = 0, lastRead } = found?.facts ?? {}
    const desk = new JournalDesk(log, id, { position: journalOffset, state: found?.journal ?? startFold(), mark: lastRead?.journal })
    const genesis = desk.state.genesis ?? (await readGenesis(desk, options))
    const { learner, under } = found?.begun ?? (await beginLearner(options, { ...desk.state, genesis }, 0))
    const source = new ExampleSource(log, { positions: learner.state.positions, marks: lastRead?.examples, clock })
    const beginning = { version: found?.facts, ...search, tools: options, genesis, under }
    return new TrainingLine(learner, desk, source, new PendingResult(desk.state.resultStep), beginning)
  }

  /** Executes a durable cut, or passes over it where it is void; `parts` are its groups where the caller has them. */
  async execute(cut: Cut, parts?: readonly CutPart[]): Promise<StepOutcome> {
    await this.adopt(cut.step)
    const outcome = this.voids.delete(cut.step)
      ? this.learner.skip(cut, await this.source.legible(cut.ranges))
      : await this.learner.step(cut, parts ?? (await this.source.of(cut.ranges)))
    this.chains.set(outcome.step, spellChecksum(this.learner.state.chain))
    return outcome
  }

  /** Takes in the dictionaries that hold from the next step on: so the state is a function of cuts and changes alone, whoever reads them when. */
  private async adopt(step: number): Promise<void> {
    const { desk, learner, beginning } = this
    for (const { dictionaryNumber } of changesBetween(desk.state, learner.state.step, step)) {
      const until = changesBetween(desk.state, 0, step).filter((change) => change.dictionaryNumber <= dictionaryNumber)
      this.current = await underDictionary(beginning.tools, beginning.genesis, until)
      await learner.adopt(this.current)
    }
  }

  /** Says that a cut is void. Throws VoidedError where it has been executed. */
  void(step: number): void {
    if (step <= this.learner.state.step) throw new VoidedError(step)
    this.voids.add(step)
  }

  /** True where a pending cut has been found void. */
  isVoid(step: number): boolean {
    return this.voids.has(step)
  }

  /** Holds the owner's result against what this line computed itself. Throws DivergedError. */
  check(result: Result): void {
    if (result.continues) return
    const own = this.chains.get(result.toStep)
    const expected = spellChecksum(checksumOf(result.chain))
    if (own !== undefined && own !== expected) throw new DivergedError(result.toStep, own, expected)
    for (const step of this.chains.keys()) if (step <= result.toStep) this.chains.delete(step)
  }
}

/** A learner, and what it computes with. */
interface Begun {
  readonly learner: Learner
  readonly under: UnderDictionary
}

/** A learner before its first step, of the dictionary that holds after `step`. Throws LineMismatchError. */
async function beginLearner(options: LineOptions, journal: JournalState, step: number): Promise<Begun> {
  const { genesis = options.genesis } = journal
  assertSameLine(genesis, options.genesis)
  const under = await underDictionary(options, genesis, changesBetween(journal, 0, step))
  const { partitions, logicalShards } = genesis
  return { learner: await Learner.open({ ...under, partitions, logicalShards, scoreBins: options.scoreBins }), under }
}

/** The first record: read, or written into an empty journal; of two who try, one writes and both read. */
async function readGenesis(desk: JournalDesk, { genesis }: LineOptions): Promise<Genesis> {
  if (desk.position === 0 && (await desk.readOne()) === undefined) {
    await desk.append({ $case: 'genesis', genesis }, 1).catch(async (error: unknown) => {
      if (!isFreshetError(error) || error.code !== 'OFFSET_CONFLICT') throw error
      await desk.readOne()
    })
  }
  return desk.state.genesis ?? genesis
}

function assertSameLine(recorded: Genesis, configured: Genesis): void {
  if (recorded.dictionaryHash !== configured.dictionaryHash) {
    throw new LineMismatchError('dictionary', configured.dictionaryHash, recorded.dictionaryHash)
  }
  if (recorded.model !== configured.model) throw new LineMismatchError('model', configured.model, recorded.model)
  if (recorded.stepFormat !== configured.stepFormat)
    throw new LineMismatchError('format of steps', String(configured.stepFormat), String(recorded.stepFormat))
}
