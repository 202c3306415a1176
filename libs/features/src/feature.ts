import type { Extent, Part, PartLayout } from './layout'
import { layOut } from './layout'

/** Where a feature writes: its first id slot and its first number. */
export interface Place {
  readonly slot: number
  readonly number: number
}

/** One declared feature, ready to be computed: it fills its place in a part that is zero there. */
export interface Feature<Scope> {
  readonly extent: Extent
  write(part: Part, at: Place, scope: Scope): void
  /** A `write` with a memory, for scopes that differ in their item alone: what they have in common is computed once. */
  visit?(): (part: Part, at: Place, scope: Scope) => void
}

/** The features of one part with their places. */
export interface CompiledPart<Scope> {
  readonly layout: PartLayout
  readonly features: readonly { readonly feature: Feature<Scope>; readonly at: Place }[]
}

/** Lays features out in the order in which they are given. */
export function compilePart<Scope>(features: readonly Feature<Scope>[]): CompiledPart<Scope> {
  let slot = 0
  let number = 0
  const placed = features.map((feature) => {
    const at = { slot, number }
    slot += feature.extent.slots
    number += feature.extent.numbers.length
    return { feature, at }
  })
  return { layout: layOut(features.map(({ extent }) => extent)), features: placed }
}

/** A part of zeros. */
export const emptyPart = ({ ids, numbers }: PartLayout): Part => ({ ids: new Uint32Array(2 * ids), numbers: new Float32Array(numbers) })

/** Computes all features of a part into it. */
export function writePart<Scope>({ features }: CompiledPart<Scope>, part: Part, scope: Scope): Part {
  for (const { feature, at } of features) feature.write(part, at, scope)
  return part
}

/** The same features behind another part, in arrays that hold both. */
export const placeBehind = <Scope>({ layout, features }: CompiledPart<Scope>, before: PartLayout): CompiledPart<Scope> => ({
  layout,
  features: features.map(({ feature, at }) => ({ feature, at: { slot: at.slot + before.ids, number: at.number + before.numbers } })),
})
