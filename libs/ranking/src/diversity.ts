import type { Dictionary } from '@freshet/features'
import type { Arrangement } from './arrange'
import type { ItemIndex } from './item-index'

/** How mixed lists are, as the dictionary declares it; undefined where it does not. */
export function declaredDiversity({ declared }: Dictionary, index: ItemIndex): Arrangement['diversity'] {
  const { diversity } = declared.arrange
  if (diversity === undefined) return undefined
  const { attribute, most } = diversity
  return { most, categoryOf: (at) => firstText(index.facts(at).item.get(attribute)) }
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' || typeof first === 'number' || typeof first === 'boolean' ? String(first) : undefined
}
