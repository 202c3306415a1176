/** Which items have a row among their features: so that a changed row leads to the vectors that it changes. */
export class RowUsers {
  private readonly users = new Map<number, number[]>()

  /** Notes that the item at `at` uses the rows of `pairs[from..to)`. */
  add(at: number, pairs: Uint32Array, { from, to }: { readonly from: number; readonly to: number }): void {
    for (let pair = from; pair < to; pair++) {
      if ((pairs[2 * pair] | pairs[2 * pair + 1]) === 0) continue
      const key = keyOf(pairs, pair)
      const items = this.users.get(key)
      if (items === undefined) this.users.set(key, [at])
      else if (items.length <= ITEMS_MAX && !items.includes(at)) items.push(at)
    }
  }

  /** The items that use a row; undefined where too many do to name them. */
  of(pairs: Uint32Array, pair: number): readonly number[] | undefined {
    const items = this.users.get(keyOf(pairs, pair))
    if (items === undefined) return NOBODY
    return items.length > ITEMS_MAX ? undefined : items
  }
}

const ITEMS_MAX = 64
const NOBODY: readonly number[] = []

/** 53 of the 64 bits: two ids that share them make a vector anew once too often, nothing worse. */
const keyOf = (pairs: Uint32Array, pair: number): number => (pairs[2 * pair + 1] & 0x1fffff) * 4294967296 + pairs[2 * pair]
