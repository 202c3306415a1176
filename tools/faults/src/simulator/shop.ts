import { type AttributeValue, type CatalogRecord, Event, type EventRecord, type Forget, Genesis, type Link } from '@freshet/contracts'
import { compileDictionary } from '@freshet/features'
import { openEngine } from '@freshet/learner'
import { declareModelSet } from '@freshet/model'
import { type LineOptions, shapeOf, TRAINING_DEFAULTS, type TrainingSettings } from '@freshet/training'
import { cheapCompile } from './cheap-graphs'
import type { Draws } from './draws'
import { EPOCH_MS } from './host'

/** How many partitions a simulated house has: enough for touches to cross, few enough to be met twice. */
export const PARTITIONS = 2

/** A shop in small, with windows of parts of a second, so that lists and clicks end while faults happen. */
export const dictionary = compileDictionary(`
name: simulated
events:
  look: {}
  click: { label: positive }
  purchase: { label: positive, consumes: true, weight: 2 }
  rating: { label: { atLeast: 4 }, explicit: true }
  return: { corrects: [purchase] }
  impression: { impression: true }
negatives: 1
joinWindowMs: 200
lateLabelMs: 30
lateClickMs: 150
latenessMs: 50
user:
  - { kind: id, name: user }
  - { kind: sequence, name: recent, events: [click, purchase], last: 2 }
item:
  - { kind: id, name: item }
  - { kind: category, name: genre }
  - { kind: rate, name: rate, of: [click], per: [impression], windowMs: 250 }
cross:
  - { kind: affinity, name: taste, attribute: genre }
  - { kind: affinity, name: fashion, attribute: style }
model: { rank: { dimensions: 1, hidden: [1] }, recall: { dimensions: 1, hidden: [], width: 2 }, learningRate: { dense: 0.01, rows: 0.1 }, expireAfterSteps: 2 }
`)

const modelSet = declareModelSet(dictionary.layout, dictionary.declared.model)

/** Small cuts and few kept versions, so that a run of seconds meets backfill, versions and the trimming of logs. */
export const SETTINGS: TrainingSettings = {
  ...TRAINING_DEFAULTS,
  ...{ cutExamples: 4, backfillExamples: 8, heartbeatMs: 120, denseMs: 100, versionSteps: 3, versionMs: 1e9, versionsKept: 2 },
}

/** What every line of a simulated house is opened with, but who and where. */
export const lineTools: Pick<LineOptions, 'genesis' | 'scoreBins' | 'tools'> = {
  genesis: Genesis.create({
    ...{ dictionaryHash: dictionary.hash, model: modelSet.canonical, seed: 1, logicalShards: 2, partitions: PARTITIONS },
  }),
  scoreBins: 32, // a state is copied, hashed and sent many times a seed
  tools: {
    ...{ modelSet, shape: shapeOf(dictionary.layout), openEngine, compile: cheapCompile(modelSet) },
    memory: { shards: 1, pageBytes: 8192 },
  },
}

const USERS = ['ann', 'ben', 'cas', 'dan']
const SESSIONS = ['web', 'app', 'tv']
const ITEMS = ['i0', 'i1', 'i2', 'i3', 'i4', 'late0', 'late1']

/** What the catalogue says from the beginning. */
export const catalogue: readonly Described[] = ITEMS.slice(0, 5).map((itemId, i) => described(itemId, { genre: `g${i % 2}` }))

/** What it says later, of items that events have been about: what those leave behind depends on who was faster, so these have an attribute of their own. */
export const lateCatalogue: readonly Described[] = ITEMS.slice(5).map((itemId, i) => described(itemId, { style: `s${i}` }))

/** A record of the catalogue and its key. */
interface Described {
  readonly key: string
  readonly record: CatalogRecord
}

function described(itemId: string, texts: Readonly<Record<string, string>>): Described {
  const named = Object.entries(texts).map(([name, text]): [string, AttributeValue] => [name, { kind: { $case: 'text', text } }])
  const item = { itemId, attributes: Object.fromEntries(named), unavailable: false, createdMs: EPOCH_MS }
  return { key: itemId, record: { record: { $case: 'item', item }, timeMs: EPOCH_MS } }
}

/** An event that somebody does now, give or take; `request` numbers the lists that were shown. */
export function drawEvent(draws: Draws, { nowMs, eventId }: { readonly nowMs: number; readonly eventId: string }): Event {
  const timeMs = Math.max(0, nowMs - draws.below(80))
  const facts = { eventId, ...drawActor(draws), timeMs, requestId: `r${draws.below(6)}` }
  const kind = draws.below(10)
  if (kind < 3) return Event.fromPartial({ ...facts, type: 'impression', impression: shown(draws) })
  const itemId = draws.pick(ITEMS)
  if (kind < 6) return Event.fromPartial({ ...facts, type: 'click', itemId })
  const alone = { ...facts, itemId, requestId: '' }
  if (kind < 7) return Event.fromPartial({ ...alone, type: 'purchase' })
  if (kind < 8) return Event.fromPartial({ ...alone, type: draws.chance(0.6) ? 'purchase' : 'return' })
  if (kind < 9) return Event.fromPartial({ ...alone, type: 'rating', value: 1 + draws.below(5) })
  return Event.fromPartial({ ...alone, type: 'look' })
}

/** What changes a whole history: somebody is forgotten, or a session turns out to be a user. */
export type Change = { readonly kind: 'forget'; readonly forget: Forget } | { readonly kind: 'link'; readonly link: Link }

/** A change that somebody asks for. */
export function drawChange(draws: Draws): Change {
  if (draws.chance(0.4)) return { kind: 'forget', forget: drawActor(draws) }
  return { kind: 'link', link: { sessionId: draws.pick(SESSIONS), userId: draws.pick(USERS) } }
}

/** A user, or now and then a session of somebody. */
const drawActor = (draws: Draws): Forget =>
  draws.chance(0.25) ? { userId: '', sessionId: draws.pick(SESSIONS) } : { userId: draws.pick(USERS), sessionId: '' }

/** A tick as the front door writes it. */
export const tickAt = (timeMs: number): EventRecord => ({
  record: { $case: 'tick', tick: { timeMs, replay: false, closesReplay: false } },
  sequence: 0,
  acceptedMs: timeMs,
})

const shown = (draws: Draws): Event['impression'] => ({
  items: [draws.below(ITEMS.length), draws.below(ITEMS.length)]
    .filter((at, i, all) => all.indexOf(at) === i)
    .map((at) => ({
      ...{ itemId: ITEMS[at], score: 0, propensity: 0, ids: NONE, numbers: NONE },
    })),
  ...{ surface: '', dictionaryHash: '', userIds: NONE, userNumbers: NONE, rowStep: 0, denseStep: 0 },
})

const NONE = new Uint8Array(0)
