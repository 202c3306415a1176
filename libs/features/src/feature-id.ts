import { hash32 } from '@freshet/kernel'

/** Makes the 64-bit ids of one field: ids of different fields never meet by design, only by chance of 2⁻⁶⁴. */
export class FieldIds {
  private readonly lo: number
  private readonly hi: number

  /** Seeded by the field's name alone, so that ids outlive every change of the layout. */
  constructor(name: string) {
    this.lo = hash32(name, LO_SEED)
    this.hi = hash32(name, HI_SEED)
  }

  /** Writes the id of a value into slot `slot` of a part's pairs. */
  put(ids: Uint32Array, slot: number, value: string): void {
    const lo = hash32(value, this.lo)
    const hi = hash32(value, this.hi)
    ids[2 * slot] = lo === 0 && hi === 0 ? 1 : lo // (0, 0) is the empty slot
    ids[2 * slot + 1] = hi
  }
}

const LO_SEED = 0x1b873593 // arbitrary and fixed: examples and versions at rest depend on them
const HI_SEED = 0x85ebca6b
