import type { Cut, Genesis, Result } from '@freshet/contracts'
import { type EventLog, JOURNAL } from '@freshet/event-log'
import { type JournalState, startFold } from '@freshet/follow'
import { checksumOf, CorruptError, isFreshetError, spellChecksum } from '@freshet/kernel'
import { DivergedError, LineMismatchError, VoidedError } from './errors'
import { ExampleSource } from './example-source'
import { JournalDesk } from './journal-desk'
import { type CutPart, Learner, type StepOutcome } from './learner'
import { genesisState, type LearnerState } from './learner-state'
import { changesBetween, type ToolSource, underDictionary, type UnderDictionary } from './line-dictionaries'
import { PendingResult } from './pending-result'
import { restoreState } from './snapshot'
import type { SkippedVersion, VersionFacts, VersionShelf } from './version-shelf'
import type { Table } from '@freshet/embedding'

/** The document of a version that holds the journal's fold as of its offset. */
export const JOURNAL_FILE = 'journal.json'

/** What a line of training is opened with. */
export interface LineOptions extends ToolSource {
  readonly id: string
  readonly log: EventLog
  readonly shelf: VersionShelf
  /** What the first record will say, where this is the first trainer; its constants bind everybody after. */
  readonly genesis: Genesis
  readonly openTable: () => Table
  /** See {@link GenesisOptions.scoreBins}. */
  readonly scoreBins?: number
  /** Where to start; default: the newest whole version, else the genesis record. */
  readonly from?: string
  /** Only a version before this step will do: what is beyond it was executed though it is void. */
  readonly before?: number
}

/** What a line began from. */
export interface OpenedFrom {
  /** undefined: the genesis record. */
  readonly version: VersionFacts | undefined
  readonly skipped: readonly SkippedVersion[]
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
    const first = await options.log.first(JOURNAL) // before the versions: what is trimmed from now on has one in its place
    const skipped = options.from === undefined ? [...(await options.shelf.damaged())] : []
    const found = await openVersion(options, skipped)
    const start = found ?? { state: undefined, journal: startFold(), position: 0, facts: undefined }
    if (!found) assertUntrimmed(first, skipped)
    const desk = new JournalDesk(options.log, options.id, start.position, start.journal)
    const genesis = desk.state.genesis ?? (await readGenesis(desk, options))
    assertSameLine(genesis, options.genesis)
    const { modelSet } = options.tools
    const { partitions } = genesis
    const { scoreBins, openTable } = options
    const state = start.state ?? genesisState({ modelSet, partitions, scoreBins, table: openTable() })
    const under = await underDictionary(options, genesis, changesBetween(desk.state, 0, state.step))
    assertDense(state, under)
    const learner = new Learner(state, under.tools, under.read)
    const source = new ExampleSource(options.log, state.positions)
    const beginning = { version: start.facts, skipped, tools: options, genesis, under }
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
      learner.adopt(this.current)
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

interface OpenedVersion {
  readonly state: Awaited<ReturnType<typeof restoreState>>
  readonly journal: JournalState
  readonly position: number
  readonly facts: VersionFacts
}

/** The newest version that can be opened whole; those that cannot are named and passed over. */
async function openVersion(options: LineOptions, skipped: SkippedVersion[]): Promise<OpenedVersion | undefined> {
  const { shelf, from, before = Infinity, openTable } = options
  let haveGone = false
  const names =
    from === undefined
      ? (await shelf.list())
          .filter(({ step }) => step < before)
          .map(({ name }) => name)
          .reverse()
      : [from]
  for (const version of names) {
    try {
      const { facts, contents } = await shelf.load(version)
      const journal = JSON.parse(contents.documents[JOURNAL_FILE] ?? '') as JournalState
      return { state: await restoreState(contents, openTable()), journal, position: facts.journalOffset, facts }
    } catch (error) {
      if (from !== undefined || !(isFreshetError(error) || error instanceof SyntaxError)) throw error
      if (isFreshetError(error) && error.code === 'NOT_FOUND') haveGone = true
      else skipped.push({ version, reason: error.message })
    }
  }
  return haveGone ? openVersion(options, skipped) : undefined // its owner has made newer ones meanwhile, and let these go
}

/** From its first record the journal gives any state; from a later one it gives none. */
function assertUntrimmed(first: number, skipped: readonly SkippedVersion[]): void {
  if (first === 0) return
  const reason = skipped.map(({ version, reason }) => `${version} (${reason})`).join(', ') || 'there is none'
  throw new CorruptError('the journal', `it begins at ${first}, and no version can be opened: ${reason}`, 'restore a version from a backup')
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

function assertDense({ dense }: LearnerState, { hash, tools }: UnderDictionary): void {
  const { parameterCount } = tools.modelSet
  if (dense.length === parameterCount) return
  const reason = `${dense.length} dense parameters, where the model of dictionary ${hash} has ${parameterCount}`
  throw new CorruptError('the version', reason, 'remove it; the one before it and the journal give the same state')
}

function assertSameLine(recorded: Genesis, configured: Genesis): void {
  if (recorded.dictionaryHash !== configured.dictionaryHash) {
    throw new LineMismatchError('dictionary', configured.dictionaryHash, recorded.dictionaryHash)
  }
  if (recorded.model !== configured.model) throw new LineMismatchError('model', configured.model, recorded.model)
}
