import type { Lookup } from '@freshet/model'
import { bagOfSlots, bagsOf, type ShardRange, shardRanges } from '../cut-shape'
import type { WorkedModel } from './hand'

/** Where a lookup's ids and gradients lie. */
export interface LookupPlace {
  readonly lookup: Lookup
  readonly table: number
  readonly width: number
  /** Bags an example. */
  readonly bags: number
  /** The lookup's first occurrence among its table's. */
  readonly firstOccurrence: number
  /** The lookup's first bag among its table's. */
  readonly firstBag: number
  /** Where its gradients begin in a worker's region, in floats. */
  readonly gradientStart: number
}

/** By occurrence of a table: where the gradient of its bag lies in a worker's region, which shard it is of (the nth), and which bag it is in. */
interface TablePlaces {
  readonly occurrences: number
  readonly bags: number
  readonly gradientAt: Uint32Array
  readonly shardOf: Uint8Array
  readonly bagOf: Uint32Array
}

/** How a cut of `count` examples lies in memory: the same in every thread. */
export interface CutGeometry {
  readonly count: number
  readonly shards: readonly ShardRange[]
  readonly lookups: readonly LookupPlace[]
  readonly tables: readonly TablePlaces[]
  /** Floats of all lookups' gradients. */
  readonly gradientFloats: number
}

/** Lays a cut out: lookups of a table in their order; of a shared one, the ids of each shard one after the other. */
export function layOutCut(model: WorkedModel, count: number, logicalShards: number): CutGeometry {
  const shards = shardRanges(count, logicalShards)
  const sizes = model.tables.map(() => ({ occurrences: 0, bags: 0 }))
  let gradientFloats = 0
  const lookups = model.lookups.map((lookup): LookupPlace => {
    const table = model.tables.findIndex(({ name }) => name === lookup.table)
    const { width } = model.tables[table]
    const [repeats, size, bags] = [lookup.isShared ? shards.length : count, sizes[table], bagsOf(lookup)]
    const place = { lookup, table, width, bags, firstOccurrence: size.occurrences, firstBag: size.bags, gradientStart: gradientFloats }
    size.occurrences += repeats * lookup.slots
    size.bags += repeats * bags
    gradientFloats += repeats * bags * width
    return place
  })
  const tables = sizes.map(({ occurrences, bags }) => ({
    ...{ occurrences, bags, gradientAt: new Uint32Array(occurrences) },
    ...{ shardOf: new Uint8Array(occurrences), bagOf: new Uint32Array(occurrences) },
  }))
  for (const place of lookups) placeOccurrences(place, tables[place.table], shards)
  return { count, shards, lookups, tables, gradientFloats }
}

function placeOccurrences(place: LookupPlace, table: TablePlaces, shards: readonly ShardRange[]): void {
  const { lookup, width, bags, gradientStart } = place
  const bagOfSlot = bagOfSlots(lookup)
  for (const [nth, { from, to }] of shards.entries()) {
    const [first, end] = lookup.isShared ? [nth, nth + 1] : [from, to]
    for (let unit = first; unit < end; unit++) {
      for (let slot = 0; slot < lookup.slots; slot++) {
        const occurrence = place.firstOccurrence + unit * lookup.slots + slot
        const bag = unit * bags + bagOfSlot[slot]
        table.gradientAt[occurrence] = gradientStart + bag * width
        table.bagOf[occurrence] = place.firstBag + bag
        table.shardOf[occurrence] = nth
      }
    }
  }
}
