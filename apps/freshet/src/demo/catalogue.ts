import type { Item, User } from '@freshet/contracts'
import { number, text } from '../import/attributes'
import type { World, WorldItem, WorldUser } from './world'

/** What the recommender is told of a world: nothing that is hidden. */
export const catalogueOf = ({ items, users }: World): { items: Item[]; users: User[] } => ({
  items: items.map(itemOf),
  users: users.map(userOf),
})

const itemOf = ({ id, category, subcategory, brand, title, price }: WorldItem): Item => ({
  itemId: id,
  attributes: {
    ...text('category', `${category}/${subcategory}`),
    ...text('brand', brand),
    ...text('title', title),
    ...number('price', `${price}`),
  },
  unavailable: false,
  createdMs: 0,
})

const userOf = ({ id, segment, age }: WorldUser): User => ({
  userId: id,
  attributes: { ...text('segment', segment), ...number('age', `${age}`) },
})
