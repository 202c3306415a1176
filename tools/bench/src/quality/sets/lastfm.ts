import { dataFile } from '../../harness/data-directory'
import { itemCount, readLists } from '../data/histories'
import type { ItemsByUser, RankingTask } from '../ranking-task'
import type { RankingSet } from './ranking-set'

/** Who listened to whom on Last.fm, in LightGCN++'s split. */
export const LASTFM: RankingSet = {
  name: 'lightgcnpp-lastfm',
  prefix: 'lastfm',
  shown: ['recall', 'ndcg'],
  note: 'LightGCN++: the published split, all items ranked, training items masked. LightGCN .1741/.1996, LightGCN++ .1889/.2171',
  ridges: [50, 100, 200],
  isSplitDrawn: false,
  isStacked: true,
  open: (directory) => {
    const paths = ['train', 'valid', 'test'].map((part) => dataFile(directory, `lightgcnpp-lastfm/${part}.txt`))
    const lists = paths.flatMap((path) => (path ? [readLists(path)] : []))
    if (lists.length < paths.length) return undefined
    const [histories, valid, test] = lists
    const task = (targets: ItemsByUser): RankingTask => ({
      items: itemCount(...lists),
      histories,
      masked: histories,
      targets: histories.map((_, user) => targets[user] ?? []),
    })
    return () => ({ validation: task(valid), test: task(test) })
  },
}
