import { Affinity, type Sequence, type Window } from '@freshet/contracts'
import type { Dictionary } from '@freshet/features'

/** A dictionary as declared: the recomputation reads nothing that was compiled from it. */
export type Declared = Dictionary['declared']

/** Something that was done to an item, when it came and what was known then. */
export interface NaiveDeed {
  readonly type: string
  readonly itemId: string
  readonly timeMs: number
  readonly value?: number
}

/** What is counted in a window, by the width of the buckets that held when it was counted last. */
export interface NaiveWindow {
  readonly widthMs: number
  readonly timesMs: readonly number[]
}

/** A window as declared: so many buckets of a width. */
export interface NaiveShape {
  readonly name: string
  readonly types: readonly string[]
  readonly buckets: number
  readonly widthMs: number
}

/** The windows of users or of items, a rate having two. */
export function shapesOf(features: Declared['user'] | Declared['item']): NaiveShape[] {
  return features.flatMap((feature) => {
    if (feature.kind !== 'count' && feature.kind !== 'rate') return []
    const shape = { buckets: feature.buckets, widthMs: Math.ceil(feature.windowMs / feature.buckets) }
    if (feature.kind === 'count') return [{ ...shape, name: feature.name, types: feature.events }]
    return [
      { ...shape, name: feature.name, types: feature.of },
      { ...shape, name: `${feature.name}_per`, types: feature.per },
    ]
  })
}

/** What lies in a window after more was counted: nothing that is older than its newest event by as many buckets as it has. */
export function counted(before: NaiveWindow | undefined, { widthMs, buckets }: NaiveShape, more: NaiveWindow): NaiveWindow {
  const all = [...(before === undefined ? [] : inWidth(before, widthMs)), ...inWidth(more, widthMs)]
  const newest = Math.max(...all.map((timeMs) => Math.floor(timeMs / widthMs)))
  return { widthMs, timesMs: all.filter((timeMs) => Math.floor(timeMs / widthMs) > newest - buckets) }
}

/** How many lie in the window that ends at a moment. */
export function countAt(window: NaiveWindow | undefined, { widthMs, buckets }: NaiveShape, nowMs: number): number {
  if (window === undefined) return 0
  const ages = inWidth(window, widthMs).map((timeMs) => Math.floor(nowMs / widthMs) - Math.floor(timeMs / widthMs))
  return ages.filter((age) => age >= 0 && age < buckets).length
}

/** Who counted in buckets of another width knows of each event only when its bucket began. */
const inWidth = (window: NaiveWindow, widthMs: number): readonly number[] =>
  window.widthMs === widthMs ? window.timesMs : window.timesMs.map((timeMs) => Math.floor(timeMs / window.widthMs) * window.widthMs)

export function windowMessage({ widthMs, timesMs }: NaiveWindow): Window {
  const all = timesMs.map((timeMs) => Math.floor(timeMs / widthMs))
  const buckets = [...new Set(all)].sort((a, b) => a - b)
  return { widthMs, buckets, counts: buckets.map((bucket) => all.filter((each) => each === bucket).length) }
}

/** Deeds in the order of their times; of one moment, in the order in which they came. */
export const inTime = <T extends Pick<NaiveDeed, 'timeMs'>>(deeds: readonly T[]): T[] => [...deeds].sort((a, b) => a.timeMs - b.timeMs)

export function sequenceMessage({ events }: Declared, deeds: readonly NaiveDeed[]): Sequence {
  return {
    itemIds: deeds.map(({ itemId }) => itemId),
    timesMs: deeds.map(({ timeMs }) => timeMs),
    types: deeds.map(({ type }) => 1 + Object.keys(events).indexOf(type)),
  }
}

/** One deed as one attribute's value remembers it: it counts whole at the newest moment that was known when it came. */
export interface Taste {
  readonly weight: number
  readonly atMs: number
  readonly residual?: number
}

export const newestOf = (tastes: readonly Taste[]): number => Math.max(...tastes.map(({ atMs }) => atMs))

/** What is left of all of them at a moment, or at the newest of them where that lies behind it: each halves with every unit. */
export const weightOf = (tastes: readonly Taste[], unitMs: number, nowMs: number): number =>
  sum(tastes.map(({ weight, atMs }) => weight * 2 ** -((Math.max(nowMs, newestOf(tastes)) - atMs) / unitMs)))

export const residualsOf = (tastes: readonly Taste[]): number[] =>
  tastes.flatMap(({ residual }) => (residual === undefined ? [] : [residual]))

export const affinityMessage = (tastes: readonly Taste[], unitMs: number): Affinity =>
  Affinity.fromPartial({
    weight: expect.closeTo(weightOf(tastes, unitMs, newestOf(tastes)), 3),
    atMs: newestOf(tastes),
    residualSum: expect.closeTo(sum(residualsOf(tastes)), 6),
    valueCount: residualsOf(tastes).length,
  })

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)
