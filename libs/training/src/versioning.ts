import { type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import type { Genesis } from '@freshet/contracts'
import { isFreshetError, spellChecksum } from '@freshet/kernel'
import type { TrainingSettings } from './settings'
import type { Snapshot } from './snapshot'
import { JOURNAL_FILE } from './newest-version'
import type { TrainingLine } from './training-line'
import type { DraftFacts, VersionFacts, VersionShelf } from './version-shelf'

/** Where versions go, and what they say beside the state. */
export interface SaveOptions {
  readonly log: EventLog
  readonly shelf: VersionShelf
  readonly settings: TrainingSettings
  readonly genesis: Genesis
}

/** How a version stands to the one before it, and when it is made. */
export interface Place {
  readonly kind: VersionFacts['kind']
  /** The newest version that is known. */
  readonly parent: VersionFacts | undefined
  readonly nowMs: number
}

/** What a version of a line's state says of itself. The line must have executed every cut that it has read. */
export function factsOf(
  { desk, learner: { state }, source, under }: TrainingLine,
  { kind, parent, nowMs }: Place,
  genesis: Genesis,
): DraftFacts {
  const { graphHash, modelSet } = under.tools
  const name = `v${String(state.step).padStart(10, '0')}-e${desk.state.epoch}`
  return {
    name: parent?.step === state.step ? `${name}-j${desk.position}` : name,
    dictionaryHash: under.hash,
    epoch: desk.state.epoch,
    owner: desk.state.owner,
    journalOffset: desk.position,
    positions: [...state.positions],
    contains: [...state.contains],
    step: state.step,
    chain: spellChecksum(state.chain),
    parent: parent?.name ?? '',
    kind,
    parentDigest: kind === 'increment' ? (parent?.digest ?? '') : '',
    createdMs: nowMs,
    model: modelSet.canonical,
    pins: { ...genesis.pins, ...(graphHash !== undefined && { graphHash }) },
    lastRead: { journal: desk.mark ?? null, examples: source.marks },
  }
}

/** What is written: a state with what it says of itself, and the journal's fold as of that place. */
export interface Sealed {
  readonly snapshot: Snapshot
  readonly facts: DraftFacts
  /** JSON. */
  readonly journal: string
  /** What a full version carries along. */
  readonly blobs: Readonly<Record<string, Uint8Array>>
}

/** Writes a version while steps go on. One of the same name and state that another trainer has made is as good. */
export async function writeVersion(sealed: Sealed, { shelf }: SaveOptions, signal: AbortSignal): Promise<VersionFacts> {
  const { snapshot, facts, journal, blobs } = sealed
  const draft = snapshot.draft(facts.kind, signal)
  const documents = { ...draft.documents, [JOURNAL_FILE]: journal }
  try {
    await shelf.save(facts, { ...draft, documents, blobs: facts.kind === 'full' ? blobs : {} })
    return { ...facts, digest: draft.digest() }
  } catch (error) {
    if (!isFreshetError(error) || error.code !== 'ALREADY_EXISTS') throw error
    const there = (await shelf.list()).find(({ name }) => name === facts.name)
    if (there?.step !== facts.step || there.chain !== facts.chain) throw error
    return there
  }
}

/**
 * Versions hold back the trimming of journal and examples: once enough full ones are whole, what lies before the oldest one goes, but for the
 * last record that it was made of, by which it knows its log.
 */
export async function retire({ desk, opened }: TrainingLine, { shelf, settings, log }: SaveOptions): Promise<void> {
  const isWhole = ({ name }: VersionFacts): boolean => opened.skipped.every(({ version }) => version !== name)
  const damaged = (await shelf.list()).filter((facts) => facts.kind === 'full' && !isWhole(facts)).length
  await shelf.prune(settings.versionsKept + damaged, desk.state.serving)
  const kept = (await shelf.list()).filter((facts) => facts.kind === 'full' && isWhole(facts))
  if (kept.length < settings.versionsKept) return
  const [oldest] = kept
  await log.trim(JOURNAL, lastOf(oldest.journalOffset))
  await Promise.all(oldest.positions.map((position, partition) => log.trim({ topic: TOPICS.examples, partition }, lastOf(position))))
}

/** Where the last record lies that was read, of what was read up to there. */
const lastOf = (end: number): number => Math.max(0, end - 1)
