import type { ItemsByUser } from '../ranking-task'

/** Who had what, once each, seen from either side. */
export interface Incidence {
  readonly itemsOf: readonly Uint32Array[]
  readonly usersOf: readonly Uint32Array[]
}

/** Both sides of the histories; what a user had twice counts once. */
export function incidenceOf(histories: ItemsByUser, items: number): Incidence {
  const itemsOf = histories.map((history) => Uint32Array.from(new Set(history)).sort())
  const users: number[][] = Array.from({ length: items }, () => [])
  itemsOf.forEach((own, user) => own.forEach((item) => users[item].push(user)))
  return { itemsOf, usersOf: users.map((own) => Uint32Array.from(own)) }
}
