import { type EventLog, JOURNAL } from '@freshet/event-log'
import { judgeLog, type JournalState } from '@freshet/follow'
import { type Clock, isFreshetError, systemClock } from '@freshet/kernel'
import { LineMismatchError, OtherLogError } from './errors'
import type { Learner } from './learner'
import { restoreState } from './snapshot'
import type { SkippedVersion, VersionFacts, VersionShelf } from './version-shelf'

/** The document of a version that holds the journal's fold as of its offset. */
export const JOURNAL_FILE = 'journal.json'

/** Where a version is looked for, and beside which log. */
export interface VersionSearchOptions {
  readonly log: Pick<EventLog, 'read' | 'next'>
  readonly shelf: VersionShelf
  readonly from?: string
  readonly before?: number
  readonly clock?: Pick<Clock, 'sleep' | 'monotonicMs'>
}

/** The versions that were passed over: for what cannot be read of them, and as those of another log. */
export interface Search {
  readonly skipped: SkippedVersion[]
  readonly foreign: SkippedVersion[]
}

/** A version with what began it. */
export interface OpenedVersion<Begun> {
  readonly begun: Begun
  readonly journal: JournalState
  readonly facts: VersionFacts
}

/** Begins a learner of the dictionary that holds after a step. */
type Begin<Begun> = (journal: JournalState, step: number) => Promise<Begun>

/**
 * The newest version that is whole and of the journal that is at hand, or the one that is asked for; undefined where there is none. The
 * journal governs: a version is of it where it has the record that was folded last before the version, at its place.
 *
 * throws  OtherLogError where the version that was asked for is of another log, and what begins a learner throws
 */
export async function openNewest<Begun extends { readonly learner: Learner }>(
  options: VersionSearchOptions,
  search: Search,
  begin: Begin<Begun>,
): Promise<OpenedVersion<Begun> | undefined> {
  const { shelf, from, before = Infinity } = options
  if (from !== undefined) return openNamed(options, from, begin)
  const patience = new Patience(options)
  for (let haveGone = true; haveGone;) {
    haveGone = false
    const listed = (await shelf.list()).filter(({ step }) => step < before)
    for (const facts of [...listed].reverse()) {
      const reason = await patience.whyForeign(facts)
      if (reason !== undefined) {
        note(search.foreign, { version: facts.name, reason })
        continue
      }
      try {
        return await restoreVersion(shelf, facts.name, begin)
      } catch (error) {
        if (error instanceof LineMismatchError || !(isFreshetError(error) || error instanceof SyntaxError)) throw error
        if (isFreshetError(error) && error.code === 'NOT_FOUND')
          haveGone = true // its owner has made newer ones meanwhile, and let these go
        else note(search.skipped, { version: facts.name, reason: error.message })
      }
    }
  }
  return undefined
}

async function openNamed<Begun extends { readonly learner: Learner }>(
  options: VersionSearchOptions,
  name: string,
  begin: Begin<Begun>,
): Promise<OpenedVersion<Begun>> {
  const found = await restoreVersion(options.shelf, name, begin)
  const reason = await new Patience(options).whyForeign(found.facts)
  if (reason === undefined) return found
  await found.begun.learner.close()
  throw new OtherLogError(`version ${name} is`, reason)
}

async function restoreVersion<Begun extends { readonly learner: Learner }>(
  shelf: VersionShelf,
  name: string,
  begin: Begin<Begun>,
): Promise<OpenedVersion<Begun>> {
  const { facts, contents } = await shelf.load(name)
  const journal = JSON.parse(contents.documents[JOURNAL_FILE] ?? '') as JournalState
  const begun = await begin(journal, facts.step)
  try {
    await restoreState(contents, begun.learner.state)
  } catch (error) {
    await begun.learner.close()
    throw error
  }
  return { begun, journal, facts }
}

const note = (passed: SkippedVersion[], skipped: SkippedVersion): void => {
  if (passed.every(({ version }) => version !== skipped.version)) passed.push(skipped)
}

const LOOK_MS = 250
const LATE_MS = 10_000 // a broker that has just taken over has heard of the last records by then

/** Judges versions by the journal; all of them together wait once for one that ends too early. */
class Patience {
  private readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>
  private untilMs: number | undefined

  constructor(private readonly options: VersionSearchOptions) {
    this.clock = options.clock ?? systemClock
  }

  /** Why a version is of another log; undefined where nothing says so. */
  async whyForeign({ journalOffset, lastRead }: VersionFacts): Promise<string | undefined> {
    for (;;) {
      const verdict = await judgeLog(this.options.log, JOURNAL, { end: journalOffset, mark: lastRead?.journal })
      if (verdict === 'other') return `the journal has another record at ${lastRead?.journal?.offset}`
      if (verdict !== 'short') return undefined
      const nowMs = this.clock.monotonicMs()
      this.untilMs ??= nowMs + LATE_MS
      if (nowMs >= this.untilMs) return `it contains the journal up to ${journalOffset}, which ends before`
      await this.clock.sleep(LOOK_MS)
    }
  }
}
