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
}

/** How much of a table a cut reads. Bags that are no slots have their own numbers; where there are none, occurrence and bag are one. */
interface TablePlaces {
  readonly occurrences: number
  readonly bags: number
  /** Where the gradients of its bags begin, in floats. */
  readonly gradientStart: number
  /** By occurrence: its bag; absent where every slot stands alone. */
  readonly bagOf?: Int32Array
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
  const lookups = model.lookups.map((lookup): LookupPlace => {
    const table = model.tables.findIndex(({ name }) => name === lookup.table)
    const [repeats, size, bags] = [lookup.isShared ? shards.length : count, sizes[table], bagsOf(lookup)]
    const place = { lookup, table, width: model.tables[table].width, bags, firstOccurrence: size.occurrences, firstBag: size.bags }
    size.occurrences += repeats * lookup.slots
    size.bags += repeats * bags
    return place
  })
  let gradientFloats = 0
  const tables = sizes.map((size, t) => {
    const gradientStart = gradientFloats
    gradientFloats += size.bags * model.tables[t].width
    const own = lookups.filter(({ table }) => table === t)
    return { ...size, gradientStart, bagOf: own.some(({ lookup }) => lookup.bags) ? bagsByOccurrence(own, size.occurrences) : undefined }
  })
  return { count, shards, lookups, tables, gradientFloats }
}

function bagsByOccurrence(lookups: readonly LookupPlace[], occurrences: number): Int32Array {
  const bagOf = new Int32Array(occurrences)
  for (const [i, { lookup, firstOccurrence, firstBag, bags }] of lookups.entries()) {
    const bagOfSlot = bagOfSlots(lookup)
    const end = lookups[i + 1]?.firstOccurrence ?? occurrences
    for (let at = firstOccurrence; at < end; at++) {
      const slot = at - firstOccurrence
      bagOf[at] = firstBag + Math.floor(slot / lookup.slots) * bags + bagOfSlot[slot % lookup.slots]
    }
  }
  return bagOf
}
