import type { PlantedBug } from '../planted-bug'

const HOUSE_SPEC = 'libs/materialize/src/naive-house.property.spec.ts'
const LISTS_SPEC = 'libs/features/src/naive-lists.property.spec.ts'

/** Mistakes in the folds of users and items that no count betrays. */
export const FOLD_BUGS: readonly PlantedBug[] = [
  {
    name: 'late items at wrong times: an item stands behind those that came before it, whenever it was',
    file: 'libs/features/src/sequence.ts',
    right: '  itemIds.splice(at, 0, itemId)\n',
    wrong: '  itemIds.push(itemId)\n',
    spec: LISTS_SPEC,
    test: 'are after each deed what all deeds so far say, late ones and those of the same moment included',
  },
  {
    name: 'a taste turned back by what comes late',
    file: 'libs/features/src/fold-user.ts',
    right: 'const atMs = Math.max(affinity.atMs, event.timeMs)',
    wrong: 'const atMs = event.timeMs',
    spec: LISTS_SPEC,
    test: 'halves with time from the newest moment that was known when a deed came, whichever was late',
  },
  {
    name: 'a pair as old as what came last, however late it was',
    file: 'libs/features/src/fold-pair.ts',
    right: 'pair.lastMs = Math.max(pair.lastMs, timeMs)',
    wrong: 'pair.lastMs = timeMs',
    spec: LISTS_SPEC,
    test: 'are after each deed what all deeds so far say, late ones and those of the same moment included',
  },
  {
    name: 'the first deed taken back rather than the last',
    file: 'libs/features/src/sequence.ts',
    right: 'itemIds.findLastIndex(',
    wrong: 'itemIds.findIndex(',
    spec: HOUSE_SPEC,
    test: 'is what the whole history says of each user and item, whatever happened in whatever order',
  },
  {
    name: 'features of the state behind an event: an example that tells its own label',
    file: 'libs/materialize/src/partition-fold.ts',
    right: '    } else this.joins.deed(event, { meaning, isLate, candidates })\n    this.remember(event, meaning)\n',
    wrong:
      '    } else this.remember(event, meaning)\n    if (!meaning.impression) this.joins.deed(event, { meaning, isLate, candidates })\n    else this.remember(event, meaning)\n',
    spec: HOUSE_SPEC,
    test: 'is of the features that user and items had just before',
  },
]
