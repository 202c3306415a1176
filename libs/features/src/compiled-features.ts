import { type ItemState, type UserState, entryOf } from '@freshet/contracts'
import { type Activity, type ActivityScope, type ValuePrior, activityFeature, perName } from './activity-features'
import { type Attributes } from './attributes'
import { attributeFeature, isOfAttributes } from './attribute-features'
import { contextFeature } from './context-features'
import { type CrossScope, compileCross } from './cross-features'
import type { DeclaredDictionary } from './declared-dictionary'
import type { CrossFeature, ItemFeature, UserFeature } from './declared-feature'
import { type EntityFeature, type EntityPart, compileEntity } from './entity-part'
import { type CompiledPart, type Feature, compilePart, placeBehind } from './feature'
import { FieldIds } from './feature-id'
import { judgingTypes } from './meaning'
import type { DeclaredSequence } from './sequence'
import { type WindowShape, windowShape } from './window'

/** An entity at a moment, as its features read it. */
export interface EntityMoment extends ActivityScope {
  readonly id: string
  readonly attributes: Attributes | undefined
  readonly sequences: UserState['sequences'] | undefined
}

/** Which windows an event counts in, by its type. */
export type WindowsByType = ReadonlyMap<string, readonly WindowShape[]>

/** A dictionary's features as code: what parts are computed with, and what folds have to remember for them. */
export interface CompiledFeatures {
  readonly user: EntityPart<EntityMoment>
  readonly item: EntityPart<EntityMoment>
  readonly cross: CompiledPart<CrossScope>
  /** The cross part behind the item's, as examples hold them. */
  readonly crossBehindItem: CompiledPart<CrossScope>
  readonly userWindows: WindowsByType
  readonly itemWindows: WindowsByType
  readonly sequences: readonly DeclaredSequence[]
  readonly affinities: readonly Extract<CrossFeature, { kind: 'affinity' }>[]
  readonly values: ValuePrior
  /** The types whose values pairs remember: see {@link judgingTypes}. */
  readonly judging: ReadonlySet<string>
}

/** Compiles all declared features, in the order of declaration. */
export function compileFeatures({ user, item, cross, context, events, value }: DeclaredDictionary): CompiledFeatures {
  const types = Object.keys(events)
  const indexOf = (type: string): number => types.indexOf(type)
  const compiledCross: Feature<CrossScope>[] = [...cross.map((declared) => compileCross(declared, indexOf)), ...context.map(contextFeature)]
  const itemPart = compileEntity(item.map((declared) => entityFeature(declared, value)))
  const crossPart = compilePart(compiledCross)
  return {
    user: compileEntity(user.map((declared) => entityFeature(declared, value))),
    item: itemPart,
    cross: crossPart,
    crossBehindItem: placeBehind(crossPart, itemPart.layout),
    userWindows: windowsByType(types, user),
    itemWindows: windowsByType(types, item),
    sequences: user.flatMap((declared) => (declared.kind === 'sequence' ? [declared] : [])),
    affinities: cross.flatMap((declared) => (declared.kind === 'affinity' ? [declared] : [])),
    values: value,
    judging: judgingTypes({ events, user }),
  }
}

/** The activity of a user under the names that features read. */
export const userActivity = (state: UserState): Activity => ({
  windows: state.windows,
  events: state.events,
  valueSum: state.valueSum,
  valueCount: state.valueCount,
  residualSum: state.residualSum,
  firstMs: state.firstSeenMs,
  lastMs: state.lastSeenMs,
  createdMs: state.firstSeenMs,
})

/** The activity of an item under the names that features read. */
export const itemActivity = (state: ItemState): Activity => ({
  windows: state.windows,
  events: state.events,
  valueSum: state.valueSum,
  valueCount: state.valueCount,
  residualSum: state.residualSum,
  firstMs: state.createdMs,
  lastMs: state.lastTouchedMs,
  createdMs: state.createdMs,
})

function entityFeature(declared: UserFeature | ItemFeature, values: ValuePrior): EntityFeature<EntityMoment> {
  if (isOfAttributes(declared)) return { of: 'attributes', feature: attributeFeature(declared) }
  if (declared.kind === 'id') return { of: 'entity', feature: idFeature(declared.name) }
  if (declared.kind === 'sequence') return { of: 'entity', feature: sequenceFeature(declared) }
  return { of: 'entity', feature: activityFeature(declared, values) }
}

function idFeature(name: string): Feature<EntityMoment> {
  const fieldIds = new FieldIds(name)
  return { extent: { name, slots: 1, numbers: [] }, write: (part, at, { id }) => fieldIds.put(part.ids, at.slot, id) }
}

function sequenceFeature({ name, last, shares }: DeclaredSequence): Feature<EntityMoment> {
  const fieldIds = new FieldIds(shares ?? name)
  return {
    extent: { name, slots: last, numbers: [] },
    write(part, at, { sequences }) {
      const ids = entryOf(sequences, name)?.itemIds ?? []
      for (let i = 0; i < last && i < ids.length; i++) fieldIds.put(part.ids, at.slot + i, ids[ids.length - 1 - i])
    },
  }
}

function windowsByType(types: readonly string[], features: readonly (UserFeature | ItemFeature)[]): WindowsByType {
  const counted = features.flatMap((declared) => {
    if (declared.kind === 'count')
      return [{ events: declared.events, shape: windowShape(declared.name, declared.windowMs, declared.buckets) }]
    if (declared.kind !== 'rate') return []
    const { name, windowMs, buckets } = declared
    return [
      { events: declared.of, shape: windowShape(name, windowMs, buckets) },
      { events: declared.per, shape: windowShape(perName(name), windowMs, buckets) },
    ]
  })
  return new Map(types.map((type) => [type, counted.filter(({ events }) => events.includes(type)).map(({ shape }) => shape)]))
}
