/** A run of id slots that are pooled together. */
export interface Field {
  readonly name: string
  readonly start: number
  readonly length: number
}

/** Where everything stands in one part of an example: fixed by the dictionary, in the order of declaration. */
export interface PartLayout {
  readonly fields: readonly Field[]
  /** Id slots: two words each. */
  readonly ids: number
  readonly numbers: number
  /** What each number is. */
  readonly numberNames: readonly string[]
}

/** The three parts of an example, in this order: what is the user's, what is the item's, and what they and the moment have in common. */
export interface FeatureLayout {
  readonly user: PartLayout
  readonly item: PartLayout
  readonly cross: PartLayout
}

/** The features of one part: `ids` are u32 pairs (lo, hi), where (0, 0) is an empty slot. */
export interface Part {
  readonly ids: Uint32Array
  readonly numbers: Float32Array
}

/** What one feature takes of its part. */
export interface Extent {
  readonly name: string
  readonly slots: number
  readonly numbers: readonly string[]
}

/** Gives each feature its place, one after the other. */
export function layOut(extents: readonly Extent[]): PartLayout {
  const fields: Field[] = []
  let ids = 0
  for (const { name, slots } of extents) {
    if (slots === 0) continue
    fields.push({ name, start: ids, length: slots })
    ids += slots
  }
  const numberNames = extents.flatMap(({ numbers }) => numbers)
  return { fields, ids, numbers: numberNames.length, numberNames }
}
