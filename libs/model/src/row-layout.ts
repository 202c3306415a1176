import type { FeatureLayout, Field, ModelDeclaration, PartLayout } from '@freshet/features'
import { slice, type Node } from '@freshet/tensor'

/** The segments of an id's row: what each model keeps of an id, with an Adagrad accumulator each. */
export interface RowLayout {
  /** [rank embedding, wide weight, recall embedding, recall bias] */
  readonly segments: readonly number[]
  /** By segment, the range of its first values: uniform in [−scale, scale). */
  readonly rowScales: readonly number[]
  readonly rowWidth: number
  /** How many of a row's first floats the rank model reads: its embedding and the wide weight. */
  readonly rankWidth: number
}

/** The row of an id under a declaration. */
export function layOutRow({ rank, recall }: ModelDeclaration): RowLayout {
  const segments = [rank.dimensions, 1, recall.dimensions, 1]
  const rowWidth = segments.reduce((sum, width) => sum + width, 0)
  return { segments, rowScales: [EMBEDDING_SCALE, 0, EMBEDDING_SCALE, 0], rowWidth, rankWidth: rank.dimensions + 1 }
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

/** Where a part's fields, slots and numbers lie in an example that holds all three parts. */
export interface PartRange {
  readonly fields: readonly [from: number, to: number]
  readonly slots: readonly [from: number, to: number]
  readonly numbers: readonly [from: number, to: number]
}

/** An example as one part: user, item, cross, one after the other. */
export interface ExampleLayout {
  /** Names begin with their part's: `user.segment`. */
  readonly fields: readonly Field[]
  readonly ids: number
  readonly numbers: number
  readonly numberNames: readonly string[]
  readonly user: PartRange
  readonly item: PartRange
  readonly cross: PartRange
}

/** Lays the three parts of an example end to end. */
export function layOutExample({ user, item, cross }: FeatureLayout): ExampleLayout {
  const userRange = rangeBehind(undefined, user)
  const itemRange = rangeBehind(userRange, item)
  const crossRange = rangeBehind(itemRange, cross)
  const parts = { user, item, cross }
  const ranges = { user: userRange, item: itemRange, cross: crossRange }
  const names = ['user', 'item', 'cross'] as const
  return {
    fields: names.flatMap((part) =>
      parts[part].fields.map(({ name, start, length }) => ({ name: `${part}.${name}`, start: start + ranges[part].slots[0], length })),
    ),
    numberNames: names.flatMap((part) => parts[part].numberNames.map((name) => `${part}.${name}`)),
    ids: crossRange.slots[1],
    numbers: crossRange.numbers[1],
    ...ranges,
  }
}

function rangeBehind(before: PartRange | undefined, { fields, ids, numbers }: PartLayout): PartRange {
  const [field, slot, number] = [before?.fields[1] ?? 0, before?.slots[1] ?? 0, before?.numbers[1] ?? 0]
  return { fields: [field, field + fields.length], slots: [slot, slot + ids], numbers: [number, number + numbers] }
}
