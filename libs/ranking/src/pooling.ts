import type { PartLayout } from '@freshet/features'

/**
 * The weights by which the rows of one part are pooled: the mean over the filled slots of each field.
 *
 * shape   ids Uint32[2·slots] from pair `idsAt`  →  out Float32[slots] from `outAt`
 * math    0 for an empty slot, else 1 / filled slots of its field
 */
export function writePooling(part: Slots, out: Float32Array, outAt: number): void {
  const { layout, ids, idsAt } = part
  for (const { start, length } of layout.fields) {
    let filled = 0
    for (let slot = start; slot < start + length; slot++) if (isFilled(ids, idsAt + slot)) filled++
    for (let slot = start; slot < start + length; slot++) out[outAt + slot] = isFilled(ids, idsAt + slot) ? 1 / filled : 0
  }
}

/** Where the id slots of a part stand. */
export interface Slots {
  readonly layout: PartLayout
  readonly ids: Uint32Array
  /** Index of the part's first pair. */
  readonly idsAt: number
}

const isFilled = (ids: Uint32Array, pair: number): boolean => (ids[2 * pair] | ids[2 * pair + 1]) !== 0
