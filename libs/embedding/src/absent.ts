/** Stands where an occurrence has no id: the index that {@link unique} gives to the pair (0, 0). */
export const EMPTY = 0xffffffff

/** Stands where an id has no row: it is the empty pair, or not admitted yet. */
export const ABSENT = 0xffffffff
