import { type AttributeValue, entryOf } from '@freshet/contracts'

/** The attributes of an item or a user, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** An attribute as texts: one for a single value, its levels where a separator splits it, none where it is missing. */
export function textsOf(attributes: Attributes | undefined, name: string, separator?: string): readonly string[] {
  const texts = plainTexts(entryOf(attributes, name)?.kind)
  return separator === undefined ? texts : texts.flatMap((text) => levels(text, separator))
}

/** An attribute as a finite number; undefined where it is missing or is none. */
export function numberOf(attributes: Attributes | undefined, name: string): number | undefined {
  const kind = entryOf(attributes, name)?.kind
  if (kind?.$case === 'flag') return kind.flag ? 1 : 0
  const number = kind?.$case === 'number' ? kind.number : kind?.$case === 'text' && kind.text.trim() !== '' ? Number(kind.text) : NaN
  return Number.isFinite(number) ? number : undefined
}

/** An attribute as a vector; empty where it is missing. */
export function vectorOf(attributes: Attributes | undefined, name: string): readonly number[] {
  const kind = entryOf(attributes, name)?.kind
  return kind?.$case === 'vector' ? kind.vector.values : []
}

function plainTexts(kind: AttributeValue['kind']): readonly string[] {
  switch (kind?.$case) {
    case 'text':
      return kind.text === '' ? NONE : [kind.text]
    case 'texts':
      return kind.texts.values
    case 'number':
      return [String(kind.number)]
    case 'flag':
      return [String(kind.flag)]
    default:
      return NONE
  }
}

function levels(text: string, separator: string): readonly string[] {
  const parts = text.split(separator)
  return parts.map((_, depth) => parts.slice(0, depth + 1).join(separator))
}

const NONE: readonly string[] = []
