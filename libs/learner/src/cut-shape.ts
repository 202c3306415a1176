import { InvalidFieldError } from '@freshet/kernel'
import type { Column, Lookup, TrainableModel } from '@freshet/model'
import type { StepBatch } from './engine'

/** Consecutive examples of a cut. */
export interface ShardRange {
  readonly shard: number
  readonly from: number
  readonly to: number
}

/**
 * The logical shards of a cut: contiguous, equal to one example; those without an example are left out.
 *
 * math    shard s of L holds the examples ⌊s·n / L⌋ to ⌊(s + 1)·n / L⌋
 */
export function shardRanges(count: number, logicalShards: number): ShardRange[] {
  const ranges: ShardRange[] = []
  for (let shard = 0; shard < logicalShards; shard++) {
    const from = Math.floor((shard * count) / logicalShards)
    const to = Math.floor(((shard + 1) * count) / logicalShards)
    if (to > from) ranges.push({ shard, from, to })
  }
  return ranges
}

/** How many rows of a lookup's input belong to an example: each is one slot, or the mean of a bag. */
export const bagsOf = ({ slots, bags }: Lookup): number => bags?.length ?? slots

/** By slot of an example: which bag it belongs to. */
export function bagOfSlots({ slots, bags }: Lookup): Uint32Array {
  if (!bags) return Uint32Array.from({ length: slots }, (_, slot) => slot)
  return Uint32Array.from(bags.flatMap((length, bag) => new Array<number>(length).fill(bag)))
}

/** A model as a batch to be scored feeds it: of shared lookups any number of ids may come, and of what is said of each id as many numbers. */
export function asFed(model: TrainableModel, { ids }: StepBatch): TrainableModel {
  const slotsOf = ({ input, slots, isShared }: Lookup): number => (isShared && ids[input] ? ids[input].length / 2 : slots)
  const fed = model.lookups.map((lookup) => ({ ...lookup, slots: slotsOf(lookup) }))
  const widthOf = ({ of, width }: Column): number => fed.find(({ input }) => input === of)?.slots ?? width
  return { ...model, lookups: fed, columns: model.columns.map((column) => ({ ...column, width: widthOf(column) })) }
}

/** Holds a batch against its model, as far as it is read. Throws InvalidFieldError naming the input, what it holds and what it has to hold. */
export function refuseMisfit(model: TrainableModel, batch: StepBatch, isRead: (input: string) => boolean = () => true): void {
  if (!Number.isSafeInteger(batch.count) || batch.count < 1)
    refuse('count', batch.count, 'a batch holds a whole number of examples, at least 1')
  for (const { input, slots, isShared } of model.lookups.filter((lookup) => isRead(lookup.input))) {
    const ids = (isShared ? 1 : batch.count) * slots
    if (batch.ids[input]?.length !== 2 * ids)
      refuse(`ids of ${input}`, batch.ids[input]?.length, `${ids} ids are pairs of ${2 * ids} words`)
  }
  for (const { input, width, isShared, isDrawn } of model.columns.filter((column) => isRead(column.input))) {
    const floats = (isShared ? 1 : batch.count) * width
    if (!isDrawn && batch.columns[input]?.length !== floats) {
      refuse(`column ${input}`, batch.columns[input]?.length, `${isShared ? 1 : batch.count} rows of ${width} are ${floats} floats`)
    }
  }
}

function refuse(field: string, value: unknown, rule: string): never {
  throw new InvalidFieldError({ field: `${field} of a batch`, value, rule, remedy: 'give as many as the model declares' })
}
