import type { AttributeValue, Item, User } from '@freshet/contracts'
import type { FieldFacts } from '@freshet/kernel'
import { tooLong } from './event-rules'
import type { IntakeSettings } from './limits'

/** The first rule that an item breaks; undefined for a good one. */
export function itemFault(item: Item, settings: IntakeSettings): FieldFacts | undefined {
  const { createdMs } = item
  if (!Number.isSafeInteger(createdMs) || createdMs < 0)
    return { field: 'created_ms', value: createdMs, rule: 'a time is a whole number of milliseconds since 1970', remedy: 'send 0 for now' }
  return entityIdFault('item_id', item.itemId, settings) ?? attributesFault(item.attributes, settings)
}

/** The first rule that a user breaks; undefined for a good one. */
export const userFault = (user: User, settings: IntakeSettings): FieldFacts | undefined =>
  entityIdFault('user_id', user.userId, settings) ?? attributesFault(user.attributes, settings)

/** The fault of an id that names nothing, or more than a key holds. */
export function entityIdFault(field: string, id: string, { idCharactersMax }: IntakeSettings): FieldFacts | undefined {
  if (id === '') return { field, value: id, rule: 'a catalogue entry has an id', remedy: 'send the id that events use' }
  return id.length > idCharactersMax ? tooLong(field, id, idCharactersMax) : undefined
}

function attributesFault(attributes: Readonly<Record<string, AttributeValue>>, settings: IntakeSettings): FieldFacts | undefined {
  const names = Object.keys(attributes)
  if (names.length > settings.attributesMax) {
    const remedy = 'send those that the dictionary declares'
    return { field: 'attributes', value: names.length, rule: `may have ${settings.attributesMax} entries`, remedy }
  }
  for (const name of names) {
    if (name.length > settings.contextCharactersMax) return tooLong('attributes', name, settings.contextCharactersMax)
    const fault = valueFault(`attributes.${name}`, attributes[name]?.kind, settings)
    if (fault) return fault
  }
  return undefined
}

function valueFault(field: string, kind: AttributeValue['kind'], settings: IntakeSettings): FieldFacts | undefined {
  const { attributeCharactersMax: charactersMax, vectorLengthMax } = settings
  switch (kind?.$case) {
    case undefined:
      return { field, value: 'nothing', rule: 'an attribute has a value', remedy: 'leave the attribute out where there is none' }
    case 'text':
      return kind.text.length > charactersMax ? tooLong(field, kind.text, charactersMax) : undefined
    case 'number':
      return Number.isFinite(kind.number) ? undefined : notFinite(field, kind.number)
    case 'flag':
      return undefined
    case 'texts': {
      const characters = kind.texts.values.reduce((sum, text) => sum + text.length, 0)
      return characters > charactersMax ? tooLong(field, kind.texts.values.join(' '), charactersMax) : undefined
    }
    case 'vector':
      return vectorFault(field, kind.vector.values, vectorLengthMax)
  }
}

function vectorFault(field: string, values: readonly number[], lengthMax: number): FieldFacts | undefined {
  if (values.length > lengthMax)
    return { field, value: `${values.length} numbers`, rule: `a vector has at most ${lengthMax}`, remedy: 'project it to fewer dimensions' }
  const at = values.findIndex((value) => !Number.isFinite(value))
  return at < 0 ? undefined : notFinite(`${field}[${at}]`, values[at])
}

const notFinite = (field: string, value: unknown): FieldFacts => ({
  field,
  value,
  rule: 'a number is finite',
  remedy: 'leave the attribute out where there is none',
})
