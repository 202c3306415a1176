import type { AttributeValue } from '@freshet/contracts'
import { hash32, naturalLog } from '@freshet/kernel'
import type { NaiveItem } from './naive-item.fixture'
import { type Declared, type Taste, countAt, residualsOf, shapesOf, sum, weightOf } from './naive-lists.fixture'
import type { NaiveUser } from './naive-user.fixture'

/** Features by their values: ids as pairs of words, in order. */
export interface NaiveParts {
  readonly ids: readonly number[]
  readonly numbers: readonly number[]
}

/** What an example should be made of. */
export interface NaiveExample {
  readonly actor: string
  readonly user: NaiveParts
  readonly items: ReadonlyMap<string, NaiveParts>
}

/** A user, an item and a moment. */
export interface NaiveMoment {
  readonly userId: string
  readonly user: NaiveUser | undefined
  readonly itemId: string
  readonly item: NaiveItem | undefined
  readonly context: Readonly<Record<string, string>>
  readonly nowMs: number
}

/** The user's features. */
export const naiveUserPart = (declared: Declared, scope: Pick<NaiveMoment, 'userId' | 'user' | 'nowMs'>): NaiveParts =>
  joined(declared.user.map((feature) => ofEntity(declared, feature, { ...scope, id: scope.userId, entity: scope.user })))

/** The item's features, and behind them those that it has with its user and the situation. */
export const naiveExample = (declared: Declared, scope: NaiveMoment): NaiveParts =>
  joined([
    ...declared.item.map((feature) => ofEntity(declared, feature, { nowMs: scope.nowMs, id: scope.itemId, entity: scope.item })),
    ...declared.cross.map((feature) => ofBoth(feature, scope)),
    ...declared.context.map(({ name }) => ids(name, 1, 'device' in scope.context ? [scope.context.device] : [])),
  ])

interface Entity {
  readonly id: string
  readonly entity: NaiveUser | NaiveItem | undefined
  readonly nowMs: number
}

function ofEntity(declared: Declared, feature: Declared['user'][number], { id, entity, nowMs }: Entity): NaiveParts {
  const { name } = feature
  switch (feature.kind) {
    case 'id':
      return ids(name, 1, [id])
    case 'category':
      return ids(name, feature.slots, textsOf(entity?.attributes, feature.attribute ?? name))
    case 'sequence': {
      const deeds = entity !== undefined && 'sequences' in entity ? (entity.sequences.get(name) ?? []) : []
      return ids(feature.shares ?? name, feature.last, deeds.map(({ itemId }) => itemId).reverse())
    }
    case 'count':
      return number(logOfMore(countIn(declared, name, { id, entity, nowMs })))
    case 'rate': {
      const [hits, chances] = [name, `${name}_per`].map((each) => countIn(declared, each, { id, entity, nowMs }))
      const rate = (hits + feature.prior * feature.weight) / (chances + feature.weight)
      return number(entity === undefined ? 0 : rate - feature.prior)
    }
    case 'mean':
      return number(entity === undefined ? 0 : entity.mean(declared) - declared.value.prior)
    case 'bias':
      return number(entity === undefined ? 0 : entity.bias(declared))
    case 'total':
      return number(entity === undefined ? 0 : logOfMore(('did' in entity ? entity.did : entity.deeds).length))
    case 'since': {
      const createdMs = entity === undefined ? 0 : 'did' in entity ? entity.firstMs : entity.createdMs
      const atMs = feature.moment === 'last' ? (entity?.lastMs ?? 0) : createdMs
      return number(atMs === 0 ? 0 : logOfMore(Math.max(0, (nowMs - atMs) / feature.unitMs)))
    }
    default:
      throw new RangeError(`what a feature of kind ${feature.kind} is, is not said here: leave it out of the dictionary of this test`)
  }
}

function ofBoth(feature: Declared['cross'][number], { userId, user, itemId, item, nowMs }: NaiveMoment): NaiveParts {
  const { name } = feature
  if (feature.kind === 'pair') {
    const pair = user?.pairs.get(itemId)
    const counts = feature.events.map((type) => logOfMore(pair?.left.filter((deed) => deed.type === type).length ?? 0))
    return { ids: [], numbers: [...counts, pair === undefined ? 0 : 1 / (1 + Math.max(0, nowMs - pair.lastMs) / feature.unitMs)] }
  }
  if (feature.kind === 'affinity') {
    const values = textsOf(item?.attributes, feature.attribute)
    const tastesOf = (key: string): readonly Taste[] => user?.tastes.get(key) ?? []
    const all = tastesOf(feature.attribute)
    if (values.length === 0 || all.length === 0) return { ids: [], numbers: [0, 0] }
    const each = values.map((value) => tastesOf(`${feature.attribute}=${value}`))
    const share = sum(each.map((tastes) => weightOf(tastes, feature.unitMs, nowMs))) / each.length
    const deviation = sum(each.map((tastes) => sum(residualsOf(tastes)) / (3 + residualsOf(tastes).length))) / each.length
    return { ids: [], numbers: [share / (1 + weightOf(all, feature.unitMs, nowMs)), deviation] }
  }
  const left = feature.user === 'id' ? [userId] : user === undefined || user.lastItemId === '' ? [] : [user.lastItemId]
  const right = feature.item === 'id' ? [itemId] : textsOf(item?.attributes, feature.item)
  const crossed = left.flatMap((one) => right.map((other) => `${one}×${other}`))
  return ids(name, feature.slots, crossed)
}

function countIn(declared: Declared, name: string, { entity, nowMs }: Entity): number {
  const shape = shapesOf([...declared.user, ...declared.item]).find((each) => each.name === name)
  return shape === undefined ? 0 : countAt(entity?.windows.get(name), shape, nowMs)
}

function textsOf(attributes: Readonly<Record<string, AttributeValue>> | undefined, name: string): readonly string[] {
  const kind = attributes?.[name]?.kind
  return kind?.$case === 'texts' ? kind.texts.values : kind?.$case === 'text' ? [kind.text] : []
}

/** The hash of a value under the hash of its field's name, twice; what is not there is zero. */
function ids(field: string, slots: number, values: readonly string[]): NaiveParts {
  const words = values.slice(0, slots).flatMap((value) => SEEDS.map((seed) => hash32(value, hash32(field, seed))))
  return { ids: [...words, ...new Array<number>(2 * slots - words.length).fill(0)], numbers: [] }
}

const logOfMore = (x: number): number => naturalLog(1 + x)

const SEEDS = [0x1b873593, 0x85ebca6b]

const number = (value: number): NaiveParts => ({ ids: [], numbers: [value] })

const joined = (parts: readonly NaiveParts[]): NaiveParts => ({
  ids: parts.flatMap((part) => part.ids),
  numbers: parts.flatMap((part) => part.numbers),
})
