import type { AttributeValue, ItemState } from '@freshet/contracts'
import type { ItemFacts } from './condition'

/** An item as expressions see it. */
export function factsOf(id: string, { attributes }: ItemState): ItemFacts {
  const item = new Map<string, unknown>()
  for (const [name, value] of Object.entries(attributes)) item.set(name, plain(value))
  return { id, item }
}

function plain({ kind }: AttributeValue): unknown {
  switch (kind?.$case) {
    case 'text':
      return kind.text
    case 'number':
      return kind.number
    case 'flag':
      return kind.flag
    case 'texts':
      return kind.texts.values
    case 'vector':
      return kind.vector.values
    case undefined:
      return null
  }
}
