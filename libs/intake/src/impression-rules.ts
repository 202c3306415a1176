import type { Impression, ImpressionItem } from '@freshet/contracts'
import { float32Of, type FieldFacts } from '@freshet/kernel'
import type { IntakeSettings } from './limits'

const ID_BYTES = 8 // a pair of u32
const NUMBER_BYTES = 4 // a Float32

/** The first rule that a shown list breaks; undefined for a good one. */
export function impressionFault(impression: Impression | undefined, settings: IntakeSettings): FieldFacts | undefined {
  const count = impression?.items.length ?? 0
  if (!impression || count === 0)
    return {
      field: 'impression.items',
      value: count,
      rule: 'an impression shows at least one item',
      remedy: 'send the list as it was shown',
    }
  if (count > settings.impressionItemsMax) {
    const rule = `an impression shows at most ${settings.impressionItemsMax} items`
    return { field: 'impression.items', value: count, rule, remedy: 'send what was in view' }
  }
  const user =
    bytesFault('impression.user_ids', impression.userIds, ID_BYTES) ?? numbersFault('impression.user_numbers', impression.userNumbers)
  if (user) return user
  for (let i = 0; i < count; i++) {
    const fault = itemFault(impression.items[i], `impression.items[${i}]`, settings)
    if (fault) return fault
  }
  return undefined
}

function itemFault(item: ImpressionItem, at: string, { idCharactersMax }: IntakeSettings): FieldFacts | undefined {
  if (item.itemId === '' || item.itemId.length > idCharactersMax)
    return {
      field: `${at}.item_id`,
      value: item.itemId,
      rule: `an id has 1 to ${idCharactersMax} characters`,
      remedy: 'send the id of the item',
    }
  if (!Number.isFinite(item.score))
    return { field: `${at}.score`, value: item.score, rule: 'a score is a finite number', remedy: 'leave it out where there is none' }
  if (!(item.propensity >= 0 && item.propensity <= 1)) {
    const remedy = 'send the probability with which the item was put there, or leave it out'
    return { field: `${at}.propensity`, value: item.propensity, rule: 'a propensity is a number of [0, 1]', remedy }
  }
  return bytesFault(`${at}.ids`, item.ids, ID_BYTES) ?? numbersFault(`${at}.numbers`, item.numbers)
}

function bytesFault(field: string, bytes: Uint8Array, width: number): FieldFacts | undefined {
  if (bytes.length % width === 0) return undefined
  return {
    field,
    value: `${bytes.length} bytes`,
    rule: `its length is a multiple of ${width}`,
    remedy: 'send the features as the ranker made them',
  }
}

function numbersFault(field: string, bytes: Uint8Array): FieldFacts | undefined {
  const fault = bytesFault(field, bytes, NUMBER_BYTES)
  if (fault) return fault
  const numbers = float32Of(bytes)
  for (let i = 0; i < numbers.length; i++)
    if (!Number.isFinite(numbers[i]))
      return {
        field: `${field}[${i}]`,
        value: numbers[i],
        rule: 'a feature is a finite number',
        remedy: 'send the features as the ranker made them',
      }
  return undefined
}
