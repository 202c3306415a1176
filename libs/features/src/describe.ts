import { type ItemState, type UserState, entryOf } from '@freshet/contracts'
import { type Attributes, textsOf } from './attributes'
import type { ItemFeature, UserFeature } from './declared-feature'
import type { Dictionary } from './dictionary'
import type { Part, PartLayout } from './layout'
import { type ItemMoment, type UserMoment, itemPart, userPart } from './parts'

/** A feature as people read it: what its numbers are, and what its ids stand for. */
export interface DescribedFeature {
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
}

/** Features by the dictionary's names. */
export type Description = Readonly<Record<string, DescribedFeature>>

/** A user's features, as a model would get them now. */
export function describeUser(dictionary: Dictionary, state: UserState | undefined, moment: UserMoment): Description {
  const part = userPart(dictionary, state, moment)
  const entity = { id: moment.userId, attributes: state?.attributes, sequences: state?.sequences }
  return { ...idsOf(dictionary.declared.user, entity), ...numbersOf(part, dictionary.layout.user) }
}

/** An item's features, as a model would get them now. */
export function describeItem(dictionary: Dictionary, state: ItemState | undefined, moment: ItemMoment): Description {
  const part = itemPart(dictionary, state, moment)
  const entity = { id: moment.itemId, attributes: state?.attributes, sequences: undefined }
  return { ...idsOf(dictionary.declared.item, entity), ...numbersOf(part, dictionary.layout.item) }
}

interface Entity {
  readonly id: string
  readonly attributes: Attributes | undefined
  readonly sequences: UserState['sequences'] | undefined
}

const numbersOf = ({ numbers }: Part, { numberNames }: PartLayout): Description =>
  Object.fromEntries(numberNames.map((name, i) => [name, { numbers: [numbers[i]], texts: [] }]))

function idsOf(features: readonly (UserFeature | ItemFeature)[], entity: Entity): Description {
  const described = features.flatMap((declared) => {
    const texts = textsBehind(declared, entity)
    return texts.length === 0 ? [] : [[declared.name, { numbers: [], texts }] as const]
  })
  return Object.fromEntries(described)
}

function textsBehind(declared: UserFeature | ItemFeature, { id, attributes, sequences }: Entity): readonly string[] {
  switch (declared.kind) {
    case 'id':
      return [id]
    case 'category':
      return textsOf(attributes, declared.attribute ?? declared.name, declared.separator).slice(0, declared.slots)
    case 'bucket':
    case 'text':
      return textsOf(attributes, declared.attribute ?? declared.name)
    case 'sequence':
      return [...(entryOf(sequences, declared.name)?.itemIds ?? [])].reverse()
    default:
      return []
  }
}
