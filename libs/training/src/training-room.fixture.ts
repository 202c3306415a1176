import { ExampleGroup, ExampleItem, Genesis, LabelSource } from '@freshet/contracts'
import type { NamedBytes } from '@freshet/embedding'
import { type EventLog, TOPICS } from '@freshet/event-log'
import { openMemoryLog } from '@freshet/event-log/memory'
import type { FeatureLayout } from '@freshet/features'
import { bytesOf, hash64, NotFoundError, randomBelow, randomUnit } from '@freshet/kernel'
import { openEngine } from '@freshet/learner'
import { declareModelSet } from '@freshet/model'
import { type GraphRunner, interpretGraph } from '@freshet/tensor'
import { type FakeClock, fakeClock } from '@freshet/testing'
import { shapeOf } from './batch'
import { Learner, type LearnerOptions } from './learner'
import type { ModelTools } from './line-dictionaries'
import { TRAINING_DEFAULTS } from './settings'
import type { TrainerNotice, TrainerOptions } from './trainer'
import {
  type DraftFacts,
  type HeldVersion,
  holdVersion,
  type VersionContents,
  type VersionDraft,
  type VersionFacts,
  type VersionShelf,
} from './version-shelf'

export const PARTITIONS = 2

export const layout: FeatureLayout = {
  user: { fields: [{ name: 'user', start: 0, length: 1 }], ids: 1, numbers: 1, numberNames: ['activity'] },
  item: {
    fields: [
      { name: 'item', start: 0, length: 1 },
      { name: 'genres', start: 1, length: 2 },
    ],
    ids: 3,
    numbers: 1,
    numberNames: ['popularity'],
  },
  cross: { fields: [{ name: 'pair', start: 0, length: 1 }], ids: 1, numbers: 0, numberNames: [] },
}

export const modelSet = declareModelSet(layout, {
  seed: 7,
  rank: { dimensions: 4, hidden: [6] },
  recall: { dimensions: 4, hidden: [], width: 4, temperature: 1, normalise: false },
  learningRate: { dense: 0.01, rows: 0.1 },
  admission: 1,
})

/** A log, a shelf and a clock: everything that outlives a trainer. */
export interface Room {
  readonly log: EventLog
  readonly shelf: MemoryShelf
  readonly clock: FakeClock
  readonly notices: TrainerNotice[]
}

export const openRoom = (): Room => ({
  log: openMemoryLog({ partitions: { [TOPICS.examples]: PARTITIONS, [TOPICS.journal]: 1 } }),
  shelf: new MemoryShelf(),
  clock: fakeClock(1_000_000),
  notices: [],
})

export async function optionsOf(room: Room, id: string, settings: Partial<TrainerOptions['settings']> = {}): Promise<TrainerOptions> {
  return {
    ...{ id, log: room.log, shelf: room.shelf, clock: room.clock },
    genesis: Genesis.create({ dictionaryHash: 'd0', model: modelSet.canonical, seed: 1, logicalShards: 4, partitions: PARTITIONS }),
    settings: {
      ...TRAINING_DEFAULTS,
      cutExamples: 8,
      backfillExamples: 16,
      versionMs: 1e9,
      incrementSteps: 1e9,
      incrementMs: 1e9,
      incrementBytes: 0,
      ...settings,
    },
    tools,
    onNotice: (notice) => room.notices.push(notice),
  }
}

/** What the room's model is learned with: one thread, and the interpreter. */
export const tools: ModelTools = { modelSet, shape: shapeOf(layout), openEngine, compile: interpretGraph }

/** Tools whose gradients come from a runner of the test's own. */
export const withGradient = (instead: (runner: GraphRunner) => GraphRunner): ModelTools => ({
  ...tools,
  compile: async (spec) => {
    const runner = await interpretGraph(spec)
    return spec === modelSet.learned.gradient ? instead(runner) : runner
  },
})

/** A learner of the room's model, before its first step. */
export const openLearner = (changed: Partial<LearnerOptions> = {}): Promise<Learner> =>
  Learner.open({ tools, logicalShards: 4, partitions: PARTITIONS, ...changed })

/** A group of one user and some items: liked exactly when user and item have the same parity. */
export function group(sourceOffset: number, overrides: Partial<ExampleGroup> = {}): ExampleGroup {
  const user = randomBelow(6, 1, sourceOffset, 0)
  const items = [0, 1, 2].map((j) => randomBelow(9, 2, sourceOffset, j))
  return ExampleGroup.create({
    sourceOffset,
    ordinal: 0,
    userIds: words([`user:${user}`]),
    userNumbers: floats([randomUnit(3, sourceOffset, 0)]),
    ...userHash(`u${user}`),
    items: items.map((item) => exampleItem(user, item)),
    acceptedMs: 1_000_000 + sourceOffset,
    ...overrides,
  })
}

export function exampleItem(user: number, item: number): ExampleItem {
  return ExampleItem.create({
    label: user % 2 === item % 2 ? 1 : 0,
    weight: 1,
    source: LabelSource.LABEL_SOURCE_RECORD,
    ids: words([`item:${item}`, `genre:${item % 3}`, '', `pair:${user % 2}${item % 2}`]),
    numbers: floats([item / 9]),
    ...itemHash(`i${item}`),
  })
}

/** Appends groups with rising source offsets to a partition. */
export async function publish(log: EventLog, partition: number, groups: readonly ExampleGroup[]): Promise<void> {
  const entries = groups.map((each) => ({ key: 'u', value: ExampleGroup.encode(each).finish() }))
  await log.append({ topic: TOPICS.examples, partition }, entries)
}

export const groups = (from: number, count: number): ExampleGroup[] => Array.from({ length: count }, (_, i) => group(from + i))

/** The bytes of ids by their names; an empty name is an empty slot. */
export function words(names: readonly string[]): Uint8Array {
  const pairs = names.flatMap((name) => (name === '' ? [0, 0] : [hash64(name).lo, hash64(name).hi]))
  return bytesOf(new Uint32Array(pairs))
}

export const floats = (values: readonly number[]): Uint8Array => bytesOf(new Float32Array(values))

const userHash = (name: string) => ({ userLo: hash64(name).lo, userHi: hash64(name).hi })
const itemHash = (name: string) => ({ itemLo: hash64(name).lo, itemHi: hash64(name).hi })

/** Versions in memory. */
export class MemoryShelf implements VersionShelf {
  readonly aside: MemoryShelf['versions'] = []
  readonly versions: { readonly facts: VersionFacts; contents: HeldVersion['contents'] }[] = []

  async save(facts: DraftFacts, draft: VersionDraft): Promise<void> {
    const { contents, digest } = await holdVersion(draft)
    this.versions.push({ facts: { ...facts, digest }, contents })
  }

  async list(): Promise<readonly VersionFacts[]> {
    return this.versions.map(({ facts }) => facts)
  }

  async load(name: string): Promise<{ readonly facts: VersionFacts; readonly contents: VersionContents }> {
    const { facts, contents } = this.find(name)
    return { facts, contents: { ...contents, tensors: structuredClone(contents.tensors), table: this.layersOf(name) } }
  }

  async damaged(): Promise<[]> {
    return []
  }

  async setAside(name: string): Promise<void> {
    const at = this.versions.findIndex(({ facts }) => facts.name === name)
    if (at >= 0) this.aside.push(...this.versions.splice(at, 1))
  }

  async prune(keep: number, serving?: string): Promise<void> {
    const full = this.versions.filter(({ facts }) => facts.kind === 'full').slice(-keep)
    const first = this.versions.indexOf(full[0])
    const needed = serving ? this.lineageOf(serving) : []
    const old = this.versions.splice(0, first)
    this.versions.unshift(...old.filter(({ facts }) => needed.includes(facts.name)))
  }

  private layersOf(name: string): NamedBytes[] {
    return this.lineageOf(name).flatMap((each) => [...this.find(each).contents.table])
  }

  private lineageOf(name: string): string[] {
    const { kind, parent } = this.find(name).facts
    return kind === 'full' ? [name] : [...this.lineageOf(parent), name]
  }

  private find(name: string): { readonly facts: VersionFacts; contents: HeldVersion['contents'] } {
    const found = this.versions.find(({ facts }) => facts.name === name)
    if (!found) throw new NotFoundError('version', name, 'list the versions there are')
    return found
  }
}
