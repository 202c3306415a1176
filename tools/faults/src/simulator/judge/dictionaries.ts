import { DictionaryChange, type EventRecord } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { dictionary } from '../dictionaries'
import type { House } from '../house'
import { foldStateOf } from './fold-states'
import { dictionariesBy } from './learned'
import type { Read } from './read-logs'

/** Each acknowledged change of the dictionary stands in every partition where it was said to; folds, journal and versions have come to what stands there. */
export function judgeDictionaries(house: House, logs: readonly Read[]): void {
  for (const { change, offsets } of house.dictionariesSet)
    for (const [partition, { records }] of logs.entries())
      if (changeOf(records[offsets[partition]])?.number !== change.number)
        house.violate(`change ${change.number} of the dictionary is not at ${offsets[partition]} of partition ${partition}`)
  for (const [partition, { records }] of logs.entries()) judgeFold(house, partition, records)
  for (const { facts } of house.shelf.versions.values()) {
    const held = dictionariesBy(house, facts.step).at(-1) ?? dictionary.hash
    if (facts.dictionaryHash !== held) house.violate(`version ${facts.name} is of dictionary ${facts.dictionaryHash}, and ${held} held`)
  }
}

const changeOf = (at: EventRecord | undefined): DictionaryChange | undefined =>
  at?.record?.$case === 'dictionary' ? at.record.dictionary : undefined

/** A fold has come to the last change of its partition, by number, and remembers those before it. */
function judgeFold(house: House, partition: number, records: readonly EventRecord[]): void {
  const held = [{ number: 0, hash: dictionary.hash }]
  for (const change of records.flatMap((record) => changeOf(record) ?? [])) {
    if (change.number > (held.at(-1)?.number ?? 0)) held.push(change)
    else house.tally.dictionaries_told_again++
  }
  const entered = house.all(TOPICS.dictionaries, 0).length
  const { number, hash } = held[held.length - 1]
  if (number !== entered) house.violate(`partition ${partition} was told of ${number} changes of the dictionary, and there are ${entered}`)
  const { dictionaryNumber = 0, formerDictionaries = [] } = foldStateOf(house, partition) ?? {}
  const former = formerDictionaries.map((each) => each.hash)
  const stored = house.store.drawers[partition].values.get('m:dictionary')
  const kept = stored === undefined ? dictionary.hash : DictionaryChange.decode(stored).hash
  const [own, expected] = [
    [dictionaryNumber, kept, ...former],
    [number, hash, ...held.slice(0, -1).map((each) => each.hash)],
  ]
  if (own.join() !== expected.join()) house.violate(`partition ${partition} folds by dictionary ${own.join()}, not by ${expected.join()}`)
}
