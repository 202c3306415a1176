import { EMPTY, unique, type Unique } from '@freshet/embedding'
import type { Lookup, TrainableModel } from '@freshet/model'
import { bagOfSlots, bagsOf, type ShardRange } from './cut-shape'
import type { StepBatch } from './engine'

/** The ids of one table in a cut: lookups in their order; of shared ones, the ids of each shard one after the other. */
export interface Occurrences extends Unique {
  /** By lookup of the table: its first occurrence. */
  readonly starts: ReadonlyMap<Lookup, number>
}

/** Makes the ids of a table unique. */
export function occurrencesOf(table: string, model: TrainableModel, { batch, shards }: { batch: StepBatch; shards: number }): Occurrences {
  const starts = new Map<Lookup, number>()
  const parts: Uint32Array[] = []
  let length = 0
  for (const lookup of model.lookups.filter((each) => each.table === table)) {
    starts.set(lookup, length / 2)
    for (let i = 0; i < (lookup.isShared ? shards : 1); i++) {
      parts.push(batch.ids[lookup.input])
      length += batch.ids[lookup.input].length
    }
  }
  const pairs = new Uint32Array(length)
  parts.reduce((at, part) => {
    pairs.set(part, at)
    return at + part.length
  }, 0)
  return { ...unique(pairs, length / 2), starts }
}

/** One shard's part of a lookup: its occurrences in their bags. */
export interface Bagged {
  /** By occurrence: which distinct id it is, EMPTY for none; and its bag, counted from the shard's first. */
  readonly index: Uint32Array
  readonly bags: Uint32Array
  /** By bag: 1 / how many of its slots hold an id. */
  readonly weights: Float64Array
}

/** The occurrences of a lookup that belong to a shard, the `nth` one of its cut. */
export function bagShard(lookup: Lookup, { index, starts }: Occurrences, { from, to, nth }: ShardRange & { nth: number }): Bagged {
  const [first, examples] = lookup.isShared ? [nth, 1] : [from, to - from]
  const start = (starts.get(lookup) ?? 0) + first * lookup.slots
  const own = index.subarray(start, start + examples * lookup.slots)
  const bagOf = bagOfSlots(lookup)
  const bags = Uint32Array.from(own, (_, i) => Math.floor(i / lookup.slots) * bagsOf(lookup) + bagOf[i % lookup.slots])
  const weights = new Float64Array(examples * bagsOf(lookup))
  for (let i = 0; i < own.length; i++) if (own[i] !== EMPTY) weights[bags[i]]++
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i] === 0 ? 0 : 1 / weights[i]
  return { index: own, bags, weights }
}

/**
 * What a graph reads of a lookup: each bag the mean of its rows, zeros where it has none.
 *
 * shape   values Float32[distinct, width]  →  Float32[bags, width]
 */
export function poolRows({ index, bags, weights }: Bagged, values: Float32Array, width: number): Float32Array {
  const out = new Float32Array(weights.length * width)
  const isBegun = new Uint8Array(weights.length)
  for (let i = 0; i < index.length; i++) {
    if (index[i] === EMPTY) continue
    const [from, to] = [index[i] * width, bags[i] * width]
    for (let k = 0; k < width; k++) out[to + k] = isBegun[bags[i]] ? out[to + k] + values[from + k] : values[from + k]
    isBegun[bags[i]] = 1
  }
  for (let b = 0; b < weights.length; b++) {
    if (weights[b] < 1) for (let k = 0; k < width; k++) out[b * width + k] *= weights[b]
  }
  return out
}

/** Adds what a shard says of its bags to the gradients of their rows, in order of occurrence; each sum is rounded to Float32. */
export function spreadGradients({ index, bags, weights }: Bagged, gradients: Float32Array, into: Float32Array): void {
  const width = gradients.length / weights.length
  for (let i = 0; i < index.length; i++) {
    if (index[i] === EMPTY) continue
    const [from, to, weight] = [bags[i] * width, index[i] * width, weights[bags[i]]]
    for (let k = 0; k < width; k++) into[to + k] += gradients[from + k] * weight
  }
}
