import { type User, UserState } from '@freshet/contracts'
import type { NaiveItem } from './naive-item.fixture'
import { NaivePair } from './naive-pair.fixture'
import {
  type Declared,
  type NaiveDeed,
  type NaiveWindow,
  type Taste,
  affinityMessage,
  counted,
  inTime,
  newestOf,
  sequenceMessage,
  shapesOf,
  sum,
  windowMessage,
} from './naive-lists.fixture'

interface Judged extends NaiveDeed {
  /** Above the mean of its item. */
  readonly residual?: number
}

/**
 * A user as lists of what it did, in the order in which it came. Nothing is counted on: every sum, count and order is made anew of the lists
 * whenever somebody asks for it.
 */
export class NaiveUser {
  readonly did: Judged[] = []
  readonly windows = new Map<string, NaiveWindow>()
  readonly sequences = new Map<string, NaiveDeed[]>()
  readonly tastes = new Map<string, Taste[]>()
  pairs = new Map<string, NaivePair>()
  lastItemId = ''
  /** When it did something, or was met for the first time by being shown something. */
  readonly metMs: number[] = []

  constructor(public attributes: User['attributes'] = {}) {}

  /** A deed, or each item of a list that was shown. */
  counts({ user }: Declared, { type, timeMs }: Pick<NaiveDeed, 'type' | 'timeMs'>, times = 1): void {
    for (const shape of shapesOf(user).filter(({ types }) => types.includes(type)))
      this.windows.set(
        shape.name,
        counted(this.windows.get(shape.name), shape, { ...shape, timesMs: new Array<number>(times).fill(timeMs) }),
      )
  }

  does(declared: Declared, deed: NaiveDeed, item: NaiveItem): void {
    this.counts(declared, deed)
    this.metMs.push(deed.timeMs)
    const isJudged = typeof declared.events[deed.type].label === 'object' && deed.value !== undefined
    const expected = this.mean(declared) + item.bias(declared)
    const residual = isJudged ? (deed.value ?? 0) - item.mean(declared) : undefined
    this.likes(declared, deed, { item, residual: isJudged ? (deed.value ?? 0) - expected : undefined })
    this.did.push({ ...deed, residual })
    const pair = this.pairs.get(deed.itemId) ?? new NaivePair()
    this.pairs.set(deed.itemId, pair.with(declared, deed))
    for (const type of declared.events[deed.type].corrects ?? []) this.takeBack(declared, deed.itemId, type)
    this.forgetOldest(declared)
    for (const feature of sequencesOf(declared).filter((each) => each.events.includes(deed.type) && isAsked(each, deed.value)))
      this.sequences.set(feature.name, inTime([...(this.sequences.get(feature.name) ?? []), deed]).slice(-feature.last))
    this.lastItemId = deed.itemId
  }

  /** What a session did becomes this user's, behind its own where both are of one moment. */
  takes(declared: Declared, session: NaiveUser): void {
    if (session.lastItemId !== '' && (this.lastItemId === '' || session.lastMs > this.lastMs)) this.lastItemId = session.lastItemId
    this.did.push(...session.did)
    this.metMs.push(...session.metMs)
    for (const shape of shapesOf(declared.user)) {
      const theirs = session.windows.get(shape.name)
      if (theirs !== undefined) this.windows.set(shape.name, counted(this.windows.get(shape.name), shape, theirs))
    }
    for (const { name, last } of sequencesOf(declared)) {
      const theirs = session.sequences.get(name)
      if (theirs !== undefined) this.sequences.set(name, inTime([...(this.sequences.get(name) ?? []), ...theirs]).slice(-last))
    }
    for (const [itemId, theirs] of session.pairs) this.pairs.set(itemId, this.pairs.get(itemId)?.and(theirs) ?? theirs)
    for (const [key, theirs] of session.tastes) this.tastes.set(key, [...(this.tastes.get(key) ?? []), ...theirs])
  }

  mean({ value: { prior, weight } }: Declared): number {
    return (prior * weight + sum(this.judged.map(({ value }) => value))) / (weight + this.judged.length)
  }

  bias({ value: { weight } }: Declared): number {
    return sum(this.judged.map(({ residual }) => residual)) / (weight + this.judged.length)
  }

  get judged(): { readonly value: number; readonly residual: number }[] {
    return this.did.flatMap(({ value, residual }) => (value === undefined || residual === undefined ? [] : [{ value, residual }]))
  }

  get lastMs(): number {
    return Math.max(0, ...this.did.map(({ timeMs }) => timeMs))
  }

  get firstMs(): number {
    return this.metMs.length === 0 ? 0 : Math.min(...this.metMs)
  }

  consumed(itemId: string): boolean {
    return this.pairs.get(itemId)?.consumed ?? false
  }

  /** As it should be remembered; what comes of quotients is near it. */
  message(declared: Declared): UserState {
    const { attributes, did, judged, lastItemId } = this
    const sequences = [...this.sequences].filter(([, deeds]) => deeds.length > 0)
    return {
      attributes,
      lastItemId,
      windows: Object.fromEntries([...this.windows].map(([name, window]) => [name, windowMessage(window)])),
      sequences: Object.fromEntries(sequences.map(([name, deeds]) => [name, sequenceMessage(declared, deeds)])),
      items: Object.fromEntries([...this.pairs].map(([itemId, pair]) => [itemId, pair.message(declared)])),
      categories: Object.fromEntries([...this.tastes].map(([key, tastes]) => [key, affinityMessage(tastes, UNIT_MS(declared))])),
      lastSeenMs: this.lastMs,
      firstSeenMs: this.firstMs,
      events: did.length,
      valueSum: sum(judged.map(({ value }) => value)),
      valueCount: judged.length,
      residualSum: expect.closeTo(sum(judged.map(({ residual }) => residual)), 6) as number,
    }
  }

  private likes(declared: Declared, { type, timeMs }: NaiveDeed, { item, residual }: { item: NaiveItem; residual?: number }): void {
    for (const { attribute } of affinitiesOf(declared)) {
      const kind = item.attributes[attribute]?.kind
      const values = kind?.$case === 'texts' ? kind.texts.values : kind?.$case === 'text' ? [kind.text] : []
      for (const key of values.length === 0 ? [] : [attribute, ...values.map((value) => `${attribute}=${value}`)]) {
        const before = this.tastes.get(key) ?? []
        const taste = { weight: declared.events[type].weight, atMs: Math.max(timeMs, newestOf(before)), residual }
        this.tastes.set(key, [...before, taste])
      }
    }
  }

  private takeBack(declared: Declared, itemId: string, type: string): void {
    const [pair, taken] = this.pairs.get(itemId)?.without(declared, type) ?? []
    if (pair === undefined || taken === undefined) return
    this.pairs.set(itemId, pair)
    for (const feature of sequencesOf(declared)) {
      if (!feature.events.includes(type) || (taken.isKnown && !isAsked(feature, taken.value))) continue
      const deeds = this.sequences.get(feature.name) ?? []
      const last = deeds.findLast((deed) => deed.itemId === itemId && deed.type === type)
      this.sequences.set(
        feature.name,
        deeds.filter((deed) => deed !== last),
      )
    }
  }

  /** With every thirty-second deed. */
  private forgetOldest({ remember }: Declared): void {
    if (this.did.length % 32 !== 0) return
    keepNewest(this.tastes, remember.categories, newestOf)
    keepNewest(this.pairs, remember.items, ({ lastMs, consumed }) => lastMs - (consumed ? 0 : TEN_YEARS_MS))
  }
}

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000

type Kind<T extends { readonly kind: string }, K extends T['kind']> = Extract<T, { kind: K }>
type SequenceFeature = Kind<Declared['user'][number], 'sequence'>

const sequencesOf = ({ user }: Declared): SequenceFeature[] => user.filter((each) => each.kind === 'sequence')

const affinitiesOf = ({ cross }: Declared): Kind<Declared['cross'][number], 'affinity'>[] =>
  cross.filter((each) => each.kind === 'affinity')

const UNIT_MS = (declared: Declared): number => affinitiesOf(declared)[0].unitMs

const isAsked = ({ atLeast = -Infinity, below = Infinity }: SequenceFeature, value = 0): boolean => value >= atLeast && value < below

function keepNewest<T>(of: Map<string, T>, max: number, rank: (entry: T) => number): void {
  const oldest = [...of].sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1))
  for (const [key] of oldest.slice(0, Math.max(0, of.size - max))) of.delete(key)
}
