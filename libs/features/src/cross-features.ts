import { type Affinity, type ItemState, type UserState, entryOf } from '@freshet/contracts'
import { compress } from './activity-features'
import { textsOf } from './attributes'
import type { CrossFeature } from './declared-feature'
import type { Feature } from './feature'
import { FieldIds } from './feature-id'
import { halving } from './halving'

/** A user and an item at a moment, in a situation. */
export interface CrossScope {
  readonly userId: string
  readonly user: UserState | undefined
  readonly itemId: string
  readonly item: ItemState | undefined
  readonly context: Readonly<Record<string, string>>
  readonly nowMs: number
}

type DeclaredAs<Kind extends CrossFeature['kind']> = Extract<CrossFeature, { kind: Kind }>

/** A feature of user and item together. `indexOf` gives the place of an event type among the dictionary's. */
export function compileCross(declared: CrossFeature, indexOf: (type: string) => number): Feature<CrossScope> {
  switch (declared.kind) {
    case 'pair':
      return pairFeature(declared, indexOf)
    case 'affinity':
      return affinityFeature(declared)
    case 'cross':
      return crossedIds(declared)
  }
}

/** The key of an attribute's value in `UserState.categories`. */
export const categoryKey = (attribute: string, value: string): string => `${attribute}=${value}`

/** A decayed sum as it is at `nowMs`. */
export const weightAt = (affinity: Affinity | undefined, unitMs: number, nowMs: number): number =>
  affinity === undefined ? 0 : affinity.weight * halving((nowMs - affinity.atMs) / unitMs)

function pairFeature({ name, events, unitMs, scale }: DeclaredAs<'pair'>, indexOf: (type: string) => number): Feature<CrossScope> {
  const indexes = events.map(indexOf)
  return {
    extent: { name, slots: 0, numbers: [...events.map((type) => `${name}_${type}`), `${name}_recency`] },
    write(part, at, { user, itemId, nowMs }) {
      const pair = entryOf(user?.items, itemId)
      if (pair === undefined) return
      indexes.forEach((index, i) => (part.numbers[at.number + i] = compress(pair.counts[index] ?? 0) * scale))
      part.numbers[at.number + indexes.length] = 1 / (1 + Math.max(0, nowMs - pair.lastMs) / unitMs)
    },
  }
}

const RESIDUAL_WEIGHT = 3 // judgements that the belief in "no deviation" is worth

/** What a user made of one value of an attribute, until now. */
interface Standing {
  readonly weight: number
  readonly residual: number
}

const NO_STANDING: Standing = { weight: 0, residual: 0 }

function affinityFeature({ name, attribute, separator, unitMs, scale }: DeclaredAs<'affinity'>): Feature<CrossScope> {
  const standingOf = (affinity: Affinity | undefined, nowMs: number): Standing => {
    if (affinity === undefined) return NO_STANDING
    return { weight: weightAt(affinity, unitMs, nowMs), residual: affinity.residualSum / (affinity.valueCount + RESIDUAL_WEIGHT) }
  }
  const writer =
    (known?: Map<string, Standing>): Feature<CrossScope>['write'] =>
    (part, at, { user, item, nowMs }) => {
      const total = entryOf(user?.categories, attribute)
      const values = textsOf(item?.attributes, attribute, separator)
      if (user === undefined || total === undefined || values.length === 0) return
      let share = 0
      let residual = 0
      for (const value of values) {
        const standing = recall(known, value, () => standingOf(entryOf(user.categories, categoryKey(attribute, value)), nowMs))
        share += standing.weight
        residual += standing.residual
      }
      part.numbers[at.number] = (share / values.length / (weightAt(total, unitMs, nowMs) + 1)) * scale
      part.numbers[at.number + 1] = (residual / values.length) * scale
    }
  return { extent: { name, slots: 0, numbers: [`${name}_share`, `${name}_value`] }, write: writer(), visit: () => writer(new Map()) }
}

function crossedIds({ name, user: ofUser, item: ofItem, slots }: DeclaredAs<'cross'>): Feature<CrossScope> {
  const fieldIds = new FieldIds(name)
  const writer =
    (sides?: Map<'user', readonly string[]>): Feature<CrossScope>['write'] =>
    (part, at, scope) => {
      let slot = 0
      for (const left of recall(sides, 'user', () => userSide(scope, ofUser))) {
        for (const right of ofItem === 'id' ? [scope.itemId] : textsOf(scope.item?.attributes, ofItem)) {
          if (slot < slots) fieldIds.put(part.ids, at.slot + slot++, `${left}×${right}`)
        }
      }
    }
  return { extent: { name, slots, numbers: [] }, write: writer(), visit: () => writer(new Map()) }
}

/** What is known of a key, computed when it is first met; without a memory, each time. */
function recall<Key, Value>(known: Map<Key, Value> | undefined, key: Key, compute: () => Value): Value {
  const before = known?.get(key)
  if (before !== undefined) return before
  const value = compute()
  known?.set(key, value)
  return value
}

function userSide({ userId, user }: CrossScope, operand: string): readonly string[] {
  if (operand === 'id') return [userId]
  if (operand === 'last') return user === undefined || user.lastItemId === '' ? [] : [user.lastItemId]
  return textsOf(user?.attributes, operand)
}
