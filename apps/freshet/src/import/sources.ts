import { readDeskdrop } from './deskdrop'
import { readFrappe } from './frappe'
import type { ImportReader } from './import-source'
import { readMovielens } from './movielens'
import { readRetailrocket } from './retailrocket'

/** The data sets that Freshet knows how to read, by the name of their dictionary. */
export const IMPORT_READERS = {
  movielens: readMovielens,
  retailrocket: readRetailrocket,
  deskdrop: readDeskdrop,
  frappe: readFrappe,
} as const satisfies Record<string, ImportReader>

/** The name of a data set that has a reader of its own. */
export type KnownSource = keyof typeof IMPORT_READERS
