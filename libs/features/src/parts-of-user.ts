import { encoded, putEntry, UserState } from '@freshet/contracts'

const KEYED = ['windows', 'sequences', 'categories', 'items'] as const

/**
 * A user's state in parts that fit into records; added up by `mergeUsers`, they are the whole. Attributes are the catalogue's, and in none.
 *
 * The first has the sums and times; what is kept under keys follows in their order, as much as a part may have. The same state gives the
 * same parts, whatever history made it.
 */
export function partsOfUser(state: UserState): readonly UserState[] {
  let part = UserState.create({ ...state, attributes: {}, windows: {}, sequences: {}, categories: {}, items: {} })
  const parts = [part]
  let bytes = bytesOf(part)
  const take = (field: (typeof KEYED)[number], key: string): void => {
    const entry = UserState.create({})
    copyEntry(field, key, { from: state, into: entry })
    const added = bytesOf(entry)
    if (bytes + added > PART_BYTES_MAX) {
      parts.push((part = UserState.create({})))
      bytes = 0
    }
    copyEntry(field, key, { from: state, into: part })
    bytes += added
  }
  for (const field of KEYED) for (const key of Object.keys(state[field]).sort()) take(field, key)
  return parts
}

const PART_BYTES_MAX = 512 << 10 // half of a record: the longest entry, a category of 64 Ki characters, takes a fifth of one

const bytesOf = (state: UserState): number => encoded(UserState, state).length

function copyEntry(
  field: (typeof KEYED)[number],
  key: string,
  { from, into }: { readonly from: UserState; readonly into: UserState },
): void {
  const [source, target]: Record<string, unknown>[] = [from[field], into[field]]
  putEntry(target, key, source[key])
}
