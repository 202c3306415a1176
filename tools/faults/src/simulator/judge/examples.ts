import { type ExampleGroup, LabelSource } from '@freshet/contracts'
import type { House } from '../house'
import { markOf } from '../served-lists'
import type { Read } from './read-logs'
import type { Undisturbed } from './undisturbed'

/** No accepted event is lost; the examples that count are those which an undisturbed fold of the events alone gives, in its order. */
export function judgeExamples(house: House, logs: readonly Read[], twins: readonly Undisturbed[]): void {
  const there = new Set<string>()
  for (const [partition, { groups }] of twins.entries()) {
    for (const { eventId } of logs[partition].events) there.add(eventId)
    const expected = groups.map(spell)
    const actual = logs[partition].groups.map(spell)
    compare(house, partition, { expected, actual })
  }
  for (const eventId of house.accepted) if (!there.has(eventId)) house.violate(`the accepted event ${eventId} is not in the log`)
}

interface Sequences {
  readonly expected: readonly string[]
  readonly actual: readonly string[]
}

function compare(house: House, partition: number, { expected, actual }: Sequences): void {
  const length = Math.max(expected.length, actual.length)
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue
    house.violate(
      `example ${i} of partition ${partition} is '${actual[i] ?? 'missing'}', where events alone give '${expected[i] ?? 'none'}'`,
    )
    return
  }
}

/** What events alone decide of a group: its identity, whose it is, by which dictionary, its labels, which items are not drawn, and what it was served with. */
const spell = ({ sourceOffset, ordinal, timeMs, userLo, dictionaryHash, items }: ExampleGroup): string => {
  const labelled = items.map(
    (item) => `${item.label}/${item.source === LabelSource.LABEL_SOURCE_SAMPLED ? 'drawn' : item.itemLo}/${markOf(item) ?? ''}`,
  )
  return `${sourceOffset}.${ordinal} at ${timeMs} of ${userLo} by ${dictionaryHash}: ${labelled.join(' ')}`
}
