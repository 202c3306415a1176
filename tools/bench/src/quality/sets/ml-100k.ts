import { dataFile } from '../../harness/data-directory'
import { itemCount } from '../data/histories'
import { inOrderOfTime, readRatings } from '../data/movielens'
import { leaveOneOut, splitByUser, type Stages } from '../splits'
import type { ItemsByUser, RankingTask } from '../ranking-task'
import type { RankingSet } from './ranking-set'

const FILE = 'ml-100k/ml-100k.inter'
const SHARE = 0.75
const VALIDATION_SEED = 1_000_003 // so that validation's draws are others than the test's

/** MovieLens 100k as Microsoft Recommenders splits it: three quarters of each user's ratings, all of them positive. */
export const ML100K_RATIO: RankingSet = {
  name: 'ml-100k',
  prefix: 'ml100k',
  shown: ['ndcg', 'precision', 'recall'],
  note: 'Microsoft Recommenders: 75/25 a user, all ratings positive, seen ones masked; splits are drawn by our seeds. BiVAE .4751/.4118/.2191, NCF .3961/.3473/.1808',
  ridges: [200, 500, 1000],
  isSplitDrawn: true,
  isStacked: true,
  open: (directory) => {
    const lists = ratedBy(directory)
    return lists && ((seed) => splitTwice(lists, seed))
  },
}

/** MovieLens 100k in time order, the last of each user left out, as RecBole has it: nothing is masked for sequence models. */
export const ML100K_SEQUENCE: RankingSet = {
  name: 'ml-100k-sequence',
  prefix: 'ml100k_seq',
  shown: ['hitRate', 'ndcg'],
  note: 'RecBole: leave one out in time order (ties as the file has them), all items ranked, history not masked, as RecBole does for sequence models. GRU4Rec .1103/.0513',
  ridges: [500, 1000, 2000],
  isSplitDrawn: false,
  open: (directory) => {
    const lists = ratedBy(directory)
    return lists && (() => leaveOneOut(lists, itemCount(lists), { isHistoryMasked: false }))
  },
}

function ratedBy(directory: string): ItemsByUser | undefined {
  const path = dataFile(directory, FILE)
  if (!path) return undefined
  const { ratings, users } = readRatings(path)
  return inOrderOfTime(ratings, users).map((own) => own.map(({ item }) => item))
}

function splitTwice(lists: ItemsByUser, seed: number): Stages {
  const items = itemCount(lists)
  const whole = splitByUser(lists, SHARE, seed)
  const inner = splitByUser(whole.kept, SHARE, seed + VALIDATION_SEED)
  const task = ({ kept, rest }: typeof whole): RankingTask => ({ items, histories: kept, masked: kept, targets: rest })
  return { validation: task(inner), test: task(whole) }
}
