import { appeal } from './choice'
import type { World, WorldItem } from './world'

/** What lists are compared by: Freshet's own, and what stands beside it. */
export const POLICIES = ['freshet', 'popularity', 'random', 'oracle'] as const

/** Who made a list. */
export type Policy = (typeof POLICIES)[number]

/** The best list there is: by the true taste of the moment, which only the simulator knows. */
export function oracleList(world: World, taste: readonly number[], { limit, owned }: ListBounds): WorldItem[] {
  const best: { readonly item: WorldItem; readonly score: number }[] = []
  for (const item of world.items) {
    const score = appeal(taste, item)
    const last = best[limit - 1]
    if ((last && score <= last.score) || owned.has(item.id)) continue
    const at = best.findIndex((other) => score > other.score)
    best.splice(at < 0 ? best.length : at, 0, { item, score })
    best.length = Math.min(best.length, limit)
  }
  return best.map(({ item }) => item)
}

/** Anything, equally likely, nothing twice. */
export function randomList(world: World, visit: number, { limit, owned }: ListBounds): WorldItem[] {
  const list = new Map<string, WorldItem>()
  for (let draw = 0; list.size < limit && draw < 20 * limit; draw++) {
    const item = world.items[world.chance.below(world.items.length, 'randomList', visit, draw)]
    if (item && !owned.has(item.id)) list.set(item.id, item)
  }
  return [...list.values()]
}

/** How long a list may be, and what stays out since this user owns it: the same for every policy. */
export interface ListBounds {
  readonly limit: number
  readonly owned: ReadonlySet<string>
}

/** What is clicked most: by all clicks that were seen, however they came about. */
export interface PopularityList {
  clicked(item: WorldItem): void
  list(bounds: ListBounds): WorldItem[]
}

/** Nothing is popular yet: the catalogue's order stands until clicks say otherwise; each click lets its item rise. */
export function createPopularity(world: World): PopularityList {
  const ranking = world.items.map((item) => ({ item, clicks: 0 }))
  return {
    clicked({ id }) {
      let at = ranking.findIndex(({ item }) => item.id === id)
      const entry = ranking[at]
      if (!entry) return
      entry.clicks++
      for (let above = ranking[at - 1]; above && above.clicks < entry.clicks; above = ranking[at - 1]) {
        ranking[at] = above
        ranking[--at] = entry
      }
    },
    list({ limit, owned }) {
      const list: WorldItem[] = []
      for (const { item } of ranking) {
        if (list.length === limit) break
        if (!owned.has(item.id)) list.push(item)
      }
      return list
    },
  }
}
