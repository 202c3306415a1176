/** A stretch of a list: from the first to before the last. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** How large a batch may be. */
export interface BatchBounds {
  readonly records: number
  readonly bytes: number
}

/** Cuts a list into batches within bounds; what is too large on its own stands alone, and is refused where it arrives. */
export function cutIntoBatches<T>(list: readonly T[], sizeOf: (entry: T) => number, bounds: BatchBounds): Stretch[] {
  const batches: Stretch[] = []
  let from = 0
  let bytes = 0
  list.forEach((entry, i) => {
    const size = sizeOf(entry)
    if (i > from && (i - from >= bounds.records || bytes + size > bounds.bytes)) {
      batches.push({ from, to: i })
      from = i
      bytes = 0
    }
    bytes += size
  })
  if (from < list.length) batches.push({ from, to: list.length })
  return batches
}
