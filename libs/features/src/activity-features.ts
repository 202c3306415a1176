import { type Window, entryOf } from '@freshet/contracts'
import { naturalLog } from '@freshet/kernel'
import type { ItemFeature, UserFeature } from './declared-feature'
import type { Feature } from './feature'
import { windowCount, windowShape } from './window'

/** What activity features read: what users and items have in common, under one set of names. */
export interface Activity {
  readonly windows: Readonly<Record<string, Window>>
  readonly events: number
  readonly valueSum: number
  readonly valueCount: number
  readonly residualSum: number
  readonly firstMs: number
  readonly lastMs: number
  readonly createdMs: number
}

/** An entity's activity at a moment. */
export interface ActivityScope {
  readonly activity: Activity | undefined
  readonly nowMs: number
}

/** What is believed of values before there are any. */
export interface ValuePrior {
  readonly prior: number
  readonly weight: number
}

type Declared = Extract<ItemFeature | UserFeature, { kind: 'count' | 'rate' | 'mean' | 'bias' | 'since' | 'total' }>

/** A logarithmic scale that starts at 0: ln(1 + x), for x ≥ 0. */
export const compress = (x: number): number => (x > 0 ? naturalLog(1 + x) : 0)

/** The mean of an entity's values, drawn towards the prior while they are few. */
export const meanValue = (of: { valueSum: number; valueCount: number } | undefined, { prior, weight }: ValuePrior): number =>
  of === undefined ? prior : (of.valueSum + prior * weight) / (of.valueCount + weight)

/** The mean of an entity's residuals, drawn towards 0 while they are few. */
export const meanResidual = (of: { residualSum: number; valueCount: number } | undefined, { weight }: ValuePrior): number =>
  of === undefined ? 0 : of.residualSum / (of.valueCount + weight)

/** A feature of what happened, as a number. */
export function activityFeature(declared: Declared, values: ValuePrior): Feature<ActivityScope> {
  const measure = measureOf(declared, values)
  return {
    extent: { name: declared.name, slots: 0, numbers: [declared.name] },
    write(part, at, { activity, nowMs }) {
      if (activity !== undefined) part.numbers[at.number] = measure(activity, nowMs) * declared.scale
    },
  }
}

function measureOf(declared: Declared, values: ValuePrior): (activity: Activity, nowMs: number) => number {
  switch (declared.kind) {
    case 'count': {
      const shape = windowShape(declared.name, declared.windowMs, declared.buckets)
      return ({ windows }, nowMs) => compress(windowCount(entryOf(windows, shape.name), shape, nowMs))
    }
    case 'rate':
      return rateOf(declared)
    case 'mean':
      return (activity) => meanValue(activity, values) - values.prior
    case 'bias':
      return (activity) => meanResidual(activity, values)
    case 'since': {
      const { moment, unitMs } = declared
      const momentMs = { first: 'firstMs', last: 'lastMs', created: 'createdMs' } as const
      return (activity, nowMs) => (activity[momentMs[moment]] === 0 ? 0 : compress((nowMs - activity[momentMs[moment]]) / unitMs))
    }
    case 'total':
      return ({ events }) => compress(events)
  }
}

function rateOf({
  name,
  windowMs,
  buckets,
  prior,
  weight,
}: Extract<Declared, { kind: 'rate' }>): (activity: Activity, nowMs: number) => number {
  const of = windowShape(name, windowMs, buckets)
  const per = windowShape(perName(name), windowMs, buckets)
  return ({ windows }, nowMs) => {
    const hits = windowCount(entryOf(windows, of.name), of, nowMs)
    const chances = windowCount(entryOf(windows, per.name), per, nowMs)
    return (hits + prior * weight) / (chances + weight) - prior
  }
}

/** The window of a rate's denominator. */
export const perName = (rateName: string): string => `${rateName}_per`
