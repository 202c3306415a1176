import { hash32 } from '@freshet/kernel'

/** The two seeds of a field: ids of different fields never meet by design, only by chance of 2⁻⁶⁴. */
export interface FieldSeed {
  readonly lo: number
  readonly hi: number
}

/** The seeds of a field, by its name alone: they outlive every change of the layout. */
export const fieldSeed = (name: string): FieldSeed => ({ lo: hash32(name, LO_SEED), hi: hash32(name, HI_SEED) })

/** Writes the 64-bit id of a value into slot `slot` of a part's pairs. */
export function putId(ids: Uint32Array, slot: number, seed: FieldSeed, value: string): void {
  const lo = hash32(value, seed.lo)
  const hi = hash32(value, seed.hi)
  ids[2 * slot] = lo === 0 && hi === 0 ? 1 : lo // (0, 0) is the empty slot
  ids[2 * slot + 1] = hi
}

const LO_SEED = 0x1b873593 // arbitrary and fixed: examples and versions at rest depend on them
const HI_SEED = 0x85ebca6b
