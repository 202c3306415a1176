import type { Place } from './link'

/** What is known of a partition without asking; others may have written or trimmed since. */
export interface Extent {
  /** Nothing below is kept. */
  first: number
  /** The next offset, as of the last answer that told it. */
  end: number
  /** How many conditional records have been seen that no reader sees. */
  voids: number
  /** Below this, they are counted. */
  siftedTo: number
}

/** What each partition's answers have told. */
export class Extents {
  private readonly known = new Map<string, Extent>()

  of(place: Place): Extent {
    const name = nameOf(place)
    const extent = this.known.get(name) ?? { first: 0, end: 0, voids: 0, siftedTo: 0 }
    this.known.set(name, extent)
    return extent
  }

  /** Notes what a partition has said of itself. */
  set(place: Place, { first, end }: { readonly first?: number; readonly end?: number }): void {
    const extent = this.of(place)
    if (first !== undefined) extent.first = first
    if (end !== undefined) extent.end = end
  }
}

/** `topic/partition`. */
export const nameOf = ({ topic, partition }: Place): string => `${topic}/${partition}`
