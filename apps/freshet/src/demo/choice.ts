import type { World, WorldItem } from './world'

const SHARPNESS = 6 // how much taste decides
const RESERVE = 5.4 // how little is clicked that nobody asked for
const IMPATIENCE = 0.12 // how much less each further place is looked at

/** The probability that a place of a list is looked at. */
export const examined = (position: number): number => 1 / (1 + IMPATIENCE * position)

/** How much an item appeals to a taste: what orders items, before it becomes a probability. */
export function appeal(taste: readonly number[], { direction, quality }: WorldItem): number {
  let affinity = 0
  for (let d = 0; d < taste.length; d++) affinity += (taste[d] ?? 0) * (direction[d] ?? 0)
  return SHARPNESS * affinity + quality
}

/** The probability that someone of this taste clicks an item once it is looked at. */
export const clickProbability = (taste: readonly number[], item: WorldItem): number => 1 / (1 + Math.exp(RESERVE - appeal(taste, item)))

/** Clicks that a list is expected to get, per shown item: the CTR that any policy's list is judged by. */
export function expectedCtr(list: readonly WorldItem[], taste: readonly number[]): number {
  const clicks = list.reduce((sum, item, position) => sum + examined(position) * clickProbability(taste, item), 0)
  return list.length === 0 ? 0 : clicks / list.length
}

/** What someone does with one list. */
export interface Reaction {
  readonly item: WorldItem
  readonly type: 'click' | 'cart' | 'purchase'
}

const CART_OF_CLICKS = 0.3
const PURCHASE_OF_CARTS = 0.5

/** A visit: who comes when, and which of all visits it is. */
export interface Visit {
  readonly number: number
  readonly user: number
  readonly timeMs: number
}

/** What a visitor clicks of a list, and what comes of it, in order. */
export function react(world: World, visit: Visit, list: readonly WorldItem[]): Reaction[] {
  const taste = world.taste(visit.user, visit.timeMs)
  return list.flatMap((item, position) => {
    if (world.chance.unit('click', visit.number, position) >= examined(position) * clickProbability(taste, item)) return []
    const further = world.chance.unit('afterwards', visit.number, position)
    const reactions: Reaction[] = [{ item, type: 'click' }]
    if (further < CART_OF_CLICKS) reactions.push({ item, type: 'cart' })
    if (further < CART_OF_CLICKS * PURCHASE_OF_CARTS) reactions.push({ item, type: 'purchase' })
    return reactions
  })
}

const SEARCHED = 40 // items among which a search finds the best

/** What a visitor finds without any list: the best for their taste of some that they come across. */
export function search(world: World, { number, user, timeMs }: Visit): WorldItem | undefined {
  const taste = world.taste(user, timeMs)
  let best: WorldItem | undefined
  for (let i = 0; i < SEARCHED; i++) {
    const item = world.items[world.chance.below(world.items.length, 'search', number, i)]
    if (item && (!best || appeal(taste, item) > appeal(taste, best))) best = item
  }
  return best
}
