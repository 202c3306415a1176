import { dataFile } from '../../harness/data-directory'
import { itemCount } from '../data/histories'
import { inOrderOfTime } from '../data/movielens'
import { readHeldOut, readShop, type ShopEvent } from '../data/retailrocket'
import type { RankingTask } from '../ranking-task'
import type { RankingSet } from './ranking-set'

/** Visitors of a shop, and the one purchase of each that was held out. */
export const RETAILROCKET_SET: RankingSet = {
  name: 'retailrocket',
  prefix: 'retailrocket',
  shown: ['hitRate', 'ndcg'],
  note: 'one held-out purchase a user, all items ranked, whatever the user had done anything with masked. ItemKNN on all events .0948/.0632',
  ridges: [20, 50, 100],
  neighbourhoods: ([0, 0.5, 1] as const).flatMap((scaling) => [0, 1, 5].map((shrinkage) => ({ shrinkage, scaling }))),
  isSplitDrawn: false,
  isStacked: true,
  open: (directory) => {
    const [events, heldOut] = ['events.csv', 'test.csv'].map((file) => dataFile(directory, `retailrocket-mb/${file}`))
    if (!events || !heldOut) return undefined
    const log = readShop(events)
    const targets: number[][] = []
    for (const { user, item } of readHeldOut(heldOut)) targets[user] = [item]
    const users = log.reduce((most, { user }) => Math.max(most, user + 1), targets.length)
    const byUser = inOrderOfTime(log, users)
    const items = itemCount(
      byUser.map((own) => own.map(({ item }) => item)),
      targets,
    )
    return () => ({ validation: validationTask(byUser, items), test: taskOf(byUser, targets, items) })
  },
}

/** The last purchase of each user, as if nothing had ever been done with that item: so the test's are, too. */
function validationTask(byUser: readonly (readonly ShopEvent[])[], items: number): RankingTask {
  const targets = byUser.map((own) =>
    own
      .filter(({ behaviour }) => behaviour === 'buy')
      .slice(-1)
      .map(({ item }) => item),
  )
  const before = byUser.map((own, user) => own.filter(({ item }) => !targets[user].includes(item)))
  return taskOf(before, targets, items)
}

function taskOf(
  byUser: readonly (readonly ShopEvent[])[],
  targets: readonly (readonly number[] | undefined)[],
  items: number,
): RankingTask {
  const histories = byUser.map((own) => own.map(({ item }) => item))
  return { items, histories, masked: histories, targets: histories.map((_, user) => targets[user] ?? []) }
}
