import type { FeatureLayout, PartLayout } from './layout'
import type { PackedParts } from './parts'

/** Moves what examples of one layout say to where another has it. */
export interface ExampleCarriage {
  /** The user's part. Undefined where the bytes are of neither layout. */
  user(part: PackedParts): PackedParts | undefined
  /** An item's part, with the cross part behind it. */
  item(part: PackedParts): PackedParts | undefined
}

/**
 * How examples of layout `from` are read under `to`: fields and numbers by part and name. What `from` does not have is absent: no id, and
 * zero for a number. What `to` does not have is left out; of a field that has fewer slots now, its first ones stay.
 */
export function carryExamples(from: FeatureLayout, to: FeatureLayout): ExampleCarriage {
  const user = carriageOf([from.user], [to.user])
  const item = carriageOf([from.item, from.cross], [to.item, to.cross])
  return { user, item }
}

/** Neighbouring slots, or numbers, that go together. */
interface Run {
  readonly from: number
  readonly to: number
  readonly length: number
}

interface Plan {
  readonly runs: readonly Run[]
  readonly size: { readonly from: number; readonly to: number }
}

function carriageOf(from: readonly PartLayout[], to: readonly PartLayout[]): (part: PackedParts) => PackedParts | undefined {
  const ids = planOf(from.map(slotsOf), to.map(slotsOf))
  const numbers = planOf(from.map(placesOf), to.map(placesOf))
  return (part) => {
    const carried = { ids: move(part.ids, ids, ID_BYTES), numbers: move(part.numbers, numbers, NUMBER_BYTES) }
    return carried.ids && carried.numbers && { ids: carried.ids, numbers: carried.numbers }
  }
}

const ID_BYTES = 8
const NUMBER_BYTES = 4

/** What has a name in one part, and how much there is of it. */
interface Named {
  readonly places: readonly { readonly name: string; readonly start: number; readonly length: number }[]
  readonly size: number
}

const slotsOf = ({ fields, ids }: PartLayout): Named => ({ places: fields, size: ids })

const placesOf = ({ numberNames }: PartLayout): Named => ({
  places: numberNames.map((name, start) => ({ name, start, length: 1 })),
  size: numberNames.length,
})

/** Part by part, since names are of one part; parts stand one behind the other. */
function planOf(from: readonly Named[], to: readonly Named[]): Plan {
  const size = { from: 0, to: 0 }
  const runs = to.flatMap((part, p): Run[] => {
    const before = new Map(from[p].places.map((place) => [place.name, place]))
    const behind = { ...size }
    size.from += from[p].size
    size.to += part.size
    return part.places.flatMap(({ name, start, length }) => {
      const known = before.get(name)
      return known ? [{ from: behind.from + known.start, to: behind.to + start, length: Math.min(length, known.length) }] : []
    })
  })
  return { runs, size }
}

function move(bytes: Uint8Array, { runs, size }: Plan, width: number): Uint8Array | undefined {
  if (bytes.length !== size.from * width) return undefined
  const moved = new Uint8Array(size.to * width)
  for (const { from, to, length } of runs) moved.set(bytes.subarray(from * width, (from + length) * width), to * width)
  return moved
}
