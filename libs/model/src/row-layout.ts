import type { FeatureLayout, Field, ModelDeclaration, PartLayout } from '@freshet/features'
import { slice, type Node } from '@freshet/tensor'

/** The segments of an id's row: what each model keeps of an id, with an Adagrad accumulator each. */
export interface RowLayout {
  /** [rank embedding, wide weight, recall embedding, recall bias] */
  readonly segments: readonly number[]
  /** By segment, the range of its first values: uniform in [−scale, scale). */
  readonly rowScales: readonly number[]
  readonly rowWidth: number
}

/** The row of an id under a declaration. */
export function layOutRow({ rank, recall }: ModelDeclaration): RowLayout {
  const segments = [rank.dimensions, 1, recall.dimensions, 1]
  return { segments, rowScales: [EMBEDDING_SCALE, 0, EMBEDDING_SCALE, 0], rowWidth: segments.reduce((sum, width) => sum + width, 0) }
}

// small, so that an id which was never seen says next to nothing
const EMBEDDING_SCALE = 0.05

/** The segments of gathered rows. */
export interface RowSegments {
  readonly embeddings: Node
  readonly wideWeights: Node
  readonly recallEmbeddings: Node
  readonly recallBiases: Node
}

/** shape  rows [batch, slots, rowWidth]  →  [batch, slots, width of the segment] each */
export function cutRows(rows: Node, { segments }: RowLayout): RowSegments {
  let from = 0
  const [embeddings, wideWeights, recallEmbeddings, recallBiases] = segments.map((width) => {
    from += width
    return slice(rows, 2, [from - width, from])
  })
  return { embeddings, wideWeights, recallEmbeddings, recallBiases }
}

/** Where a part's slots and numbers lie in an example that holds all three parts. */
export interface PartRange {
  readonly slots: readonly [from: number, to: number]
  readonly numbers: readonly [from: number, to: number]
}

/** An example as one part: user, item, cross, one after the other. */
export interface ExampleLayout {
  readonly fields: readonly Field[]
  readonly ids: number
  readonly numbers: number
  readonly user: PartRange
  readonly item: PartRange
}

/** Lays the three parts of an example end to end. */
export function layOutExample({ user, item, cross }: FeatureLayout): ExampleLayout {
  const shifted = (part: PartLayout, by: number): Field[] => part.fields.map((field) => ({ ...field, start: field.start + by }))
  return {
    fields: [...user.fields, ...shifted(item, user.ids), ...shifted(cross, user.ids + item.ids)],
    ids: user.ids + item.ids + cross.ids,
    numbers: user.numbers + item.numbers + cross.numbers,
    user: { slots: [0, user.ids], numbers: [0, user.numbers] },
    item: { slots: [user.ids, user.ids + item.ids], numbers: [user.numbers, user.numbers + item.numbers] },
  }
}
