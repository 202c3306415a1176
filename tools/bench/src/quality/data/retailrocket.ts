import { cellsOf, numberIn } from './lines'
import type { TimedEvent } from './movielens'

/** What a visitor did, by rising interest. */
export type Behaviour = 'view' | 'cart' | 'buy'

/** An event of the shop, by the file's own numbers. */
export interface ShopEvent extends TimedEvent {
  readonly behaviour: Behaviour
}

const BEHAVIOURS: readonly string[] = ['view', 'cart', 'buy'] satisfies Behaviour[]
const isBehaviour = (text: string): text is Behaviour => BEHAVIOURS.includes(text)

/** Reads `timestamp,user,item,event` under a head, in the order of the file; other events are left out. */
export const readShop = (path: string): ShopEvent[] =>
  cellsOf(path, ',', { hasHead: true }).flatMap(([time, user, item, behaviour]) =>
    isBehaviour(behaviour) ? [{ time: numberIn(time, path), user: numberIn(user, path), item: numberIn(item, path), behaviour }] : [],
  )

/** Reads `user,item` under a head: the one purchase of each user that was held out. */
export const readHeldOut = (path: string): { user: number; item: number }[] =>
  cellsOf(path, ',', { hasHead: true }).map(([user, item]) => ({ user: numberIn(user, path), item: numberIn(item, path) }))
