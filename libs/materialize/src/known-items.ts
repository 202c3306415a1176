import { hash32 } from '@freshet/kernel'

/**
 * The items that negatives are drawn from: all that a process knows, in the order of their hashes. Who knows the same items
 * draws the same, in whatever order it met them.
 *
 * cost  a place is found in the logarithm of the buckets; coming and going moves the few ids of one bucket
 */
export class KnownItems {
  /** A bucket comes into being with its first id: who knows few items holds little. */
  private readonly buckets = new Array<string[] | undefined>(BUCKETS)
  /** A Fenwick tree of how many ids the buckets hold. */
  private readonly sums = new Int32Array(BUCKETS + 1)
  private count = 0

  get size(): number {
    return this.count
  }

  /** The item at a place below {@link size}; places change when items come or leave. */
  at(place: number): string {
    let bucket = 0
    let rest = place
    for (let step = BUCKETS; step > 0; step >>>= 1) {
      if (bucket + step > BUCKETS || this.sums[bucket + step] > rest) continue
      bucket += step
      rest -= this.sums[bucket]
    }
    return (this.buckets[bucket] ?? [])[rest]
  }

  /** Adds an item, or takes it out. */
  set(id: string, known: boolean): void {
    const bucket = hash32(id, SEED) >>> (32 - BUCKET_BITS)
    const ids = (this.buckets[bucket] ??= [])
    const at = placeOf(ids, id)
    if ((ids[at] === id) === known) return
    if (known) ids.splice(at, 0, id)
    else ids.splice(at, 1)
    const change = known ? 1 : -1
    this.count += change
    for (let i = bucket + 1; i <= BUCKETS; i += i & -i) this.sums[i] += change
  }
}

const BUCKET_BITS = 12 // a million items: 250 a bucket
const BUCKETS = 1 << BUCKET_BITS
const SEED = 0x2545f491

/** Where an id stands, or would stand, among ids in order. */
function placeOf(ids: readonly string[], id: string): number {
  let from = 0
  let to = ids.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (ids[middle] < id) from = middle + 1
    else to = middle
  }
  return from
}
