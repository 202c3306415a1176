import { type Cut, type ExampleGroup } from '@freshet/contracts'
import { TOPICS } from '@freshet/event-log'
import { dictionary } from '../dictionaries'
import type { House } from '../house'
import { spellExample } from '../journal-watch'
import { markOf } from '../served-lists'
import type { Read } from './read-logs'

/** What is to have been learned from, by the cuts of the journal. */
export interface Learned {
  /** Examples with a weight, of groups that count; without void cuts, and without those whose gradient is not finite. */
  readonly count: number
  /** Those without a finite gradient, each with the step that leaves it out. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** Counts by hand what each cut brings to learning, and holds it to what results and dead letters say; no cut takes an example before its dictionary. */
export function judgeLearned(house: House, logs: readonly Read[]): Learned {
  const learned = { count: 0, leftOut: new Map<string, number>() }
  const letters = new Set(house.all(TOPICS.deadLetter, 0).map(({ key }) => key))
  for (const cut of house.journal.cuts) {
    if (house.journal.voided.has(cut.step)) judgeVoid(house, letters, cut)
    else for (const part of partsOf(cut, logs)) learnFrom(house, part, learned)
  }
  judgeLeftOut(house, letters, learned)
  return learned
}

/** A group of a cut. */
interface Part {
  readonly step: number
  readonly partition: number
  readonly group: ExampleGroup
}

const partsOf = ({ step, ranges }: Cut, logs: readonly Read[]): readonly Part[] =>
  ranges.flatMap(({ partition, from, to }) => {
    const { groups, places } = logs[partition]
    return groups.filter((_, i) => places[i] >= from && places[i] < to).map((group) => ({ step, partition, group }))
  })

function learnFrom(house: House, { step, partition, group }: Part, learned: { count: number; leftOut: Map<string, number> }): void {
  const { sourceOffset, ordinal, dictionaryHash, items } = group
  const known = [dictionary.hash, ...dictionariesBy(house, step)]
  if (!known.includes(dictionaryHash))
    house.violate(`step ${step} learns from an example of dictionary ${dictionaryHash}, which holds later`)
  for (const [item, example] of items.entries()) {
    if (example.weight === 0) continue
    if (markOf(example) === 'bad') learned.leftOut.set(spellExample({ partition, sourceOffset, ordinal, item }), step)
    else learned.count++
    if (dictionaryHash !== known.at(-1)) house.tally.older_examples++
  }
}

/** Dictionaries that took effect up to a step, in order. */
export const dictionariesBy = (house: House, step: number): readonly string[] =>
  (house.journal.state.dictionaries ?? []).filter(({ effectiveStep }) => effectiveStep <= step).map(({ dictionaryHash }) => dictionaryHash)

/** What a void cut held is kept, record by record. */
function judgeVoid(house: House, letters: ReadonlySet<string>, { step, ranges }: Cut): void {
  for (const { partition, from, to } of ranges)
    for (let place = from; place < to; place++)
      if (!letters.has(`${TOPICS.examples}/${partition}/${place}`))
        house.violate(`step ${step} is void, and record ${place} of examples ${partition} is no dead letter`)
}

/** Results name what was left out, neither more nor less and of its step; and all of it is kept. */
function judgeLeftOut(house: House, letters: ReadonlySet<string>, { leftOut }: Learned): void {
  const told = house.journal.leftOut
  for (const [example, step] of leftOut) {
    if (told.get(example) !== step)
      house.violate(`example ${example} is to be left out of step ${step}, and results tell of ${told.get(example)}`)
    if (!letters.has(`${TOPICS.examples}/${example}`))
      house.violate(`example ${example} was left out of step ${step}, and is no dead letter`)
  }
  for (const [example, step] of told)
    if (!leftOut.has(example)) house.violate(`example ${example} was left out of step ${step}, and is a good one`)
}
