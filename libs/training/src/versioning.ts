import { type EventLog, JOURNAL, TOPICS } from '@freshet/event-log'
import { type Clock, spellChecksum } from '@freshet/kernel'
import type { Genesis } from '@freshet/contracts'
import { digestInTurns } from './learner-state'
import type { TrainingSettings } from './settings'
import { snapshotState } from './snapshot'
import { JOURNAL_FILE, type TrainingLine } from './training-line'
import type { VersionFacts, VersionShelf } from './version-shelf'

/** What saving needs beside the state. */
export interface SaveOptions {
  readonly log: EventLog
  readonly shelf: VersionShelf
  readonly clock: Clock
  readonly settings: TrainingSettings
  readonly genesis: Genesis
  readonly blobs: Readonly<Record<string, Uint8Array>>
  /** The version before. */
  readonly parent: string
}

/**
 * Puts the state on the shelf as a version, and lets the log retire what no kept version needs any more.
 *
 * The line must have executed every cut that it has read. A version of this very step is not made twice, unless the journal has
 * grown by as much as may lie between versions.
 */
export async function saveVersion(line: TrainingLine, options: SaveOptions): Promise<VersionFacts> {
  const { desk, learner } = line
  const { state } = learner
  const chain = spellChecksum(state.chain)
  const isWhole = ({ name }: VersionFacts): boolean => line.opened.skipped.every(({ version }) => version !== name)
  const listed = (await options.shelf.list()).filter(isWhole)
  const kept = listed.findLast((facts) => facts.step === state.step && facts.chain === chain)
  if (kept && desk.position - kept.journalOffset < options.settings.versionRecords) return kept
  const name = `v${String(state.step).padStart(10, '0')}-e${desk.state.epoch}`
  const digest = await digestInTurns(state)
  const journal = JSON.stringify(desk.state) // as of this position: heartbeats go on
  const facts: VersionFacts = {
    name: listed.some((facts) => facts.name === name) ? `${name}-j${desk.position}` : name,
    dictionaryHash: options.genesis.dictionaryHash,
    epoch: desk.state.epoch,
    owner: desk.state.owner,
    journalOffset: desk.position,
    positions: [...state.positions],
    contains: [...state.contains],
    step: state.step,
    chain,
    digest,
    parent: options.parent,
    createdMs: options.clock.nowMs(),
    model: options.genesis.model,
    pins: { ...options.genesis.pins },
  }
  const snapshot = snapshotState(state)
  const documents = { ...snapshot.documents, [JOURNAL_FILE]: journal }
  await options.shelf.save(facts, { tensors: snapshot.tensors, documents, blobs: options.blobs })
  if (desk.isOwner) await retire(options, { serving: desk.state.serving, isWhole })
  return facts
}

interface Kept {
  /** The version that rankers were turned to. */
  readonly serving: string | undefined
  readonly isWhole: (facts: VersionFacts) => boolean
}

/** Versions hold back the trimming of journal and examples: once enough whole ones are kept, what lies before the oldest one goes. */
async function retire({ shelf, settings, log }: SaveOptions, { serving, isWhole }: Kept): Promise<void> {
  const damaged = (await shelf.list()).filter((facts) => !isWhole(facts)).length
  await shelf.prune(settings.versionsKept + damaged, serving)
  const kept = (await shelf.list()).filter(isWhole)
  if (kept.length < settings.versionsKept) return
  const [oldest] = kept
  await log.trim(JOURNAL, oldest.journalOffset)
  await Promise.all(oldest.positions.map((position, partition) => log.trim({ topic: TOPICS.examples, partition }, position)))
}
