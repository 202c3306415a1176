import { dataFile } from '../../harness/data-directory'
import { itemCount, readLists, readPairs } from '../data/histories'
import { amongRivals, leaveOneOut, type Stages } from '../splits'
import type { RankingSet } from './ranking-set'

const RIVALS = 100

const s3rec = (name: string, file: string, published: string): RankingSet => ({
  name: `s3rec-${name}`,
  prefix: name === 'lastfm' ? 's3rec_lastfm' : name,
  shown: ['hitRate', 'ndcg'],
  note: `S3-Rec: leave one out, all items ranked, history masked. ${published}`,
  ridges: name === 'lastfm' ? [20, 50, 100] : [200],
  isSplitDrawn: false,
  isStacked: name === 'lastfm', // of few items: the linear item model of the others takes minutes
  open: (directory) => {
    const path = dataFile(directory, `s3rec/${file}`)
    if (!path) return undefined
    const sequences = readLists(path)
    return () => leaveOneOut(sequences, itemCount(sequences), { isHistoryMasked: true })
  },
})

/** The three sets of S3-Rec's table. */
export const S3REC: readonly RankingSet[] = [
  s3rec('sports', 'Sports_and_Outdoors.txt', 'SASRec .0350/.0192, S3-Rec .0385/.0204'),
  s3rec('toys', 'Toys_and_Games.txt', 'SASRec .0675/.0374, S3-Rec .0700/.0376'),
  s3rec('lastfm', 'LastFM.txt', 'SASRec .0688/.0390, S3-Rec .0743/.0427'),
]

/** Amazon's videos as SASRec's own code judges: the held-out item among a hundred that the user never had. */
export const SASREC_VIDEO: RankingSet = {
  name: 'sasrec-video',
  prefix: 'video',
  shown: ['hitRate', 'ndcg'],
  note: 'SASRec: leave one out, 100 negatives drawn by our seeds, all users where the published code takes 10,000. SASRec .7410/.5360',
  ridges: [500],
  isSplitDrawn: true,
  open: (directory) => {
    const path = dataFile(directory, 'sasrec-video/Video.txt')
    if (!path) return undefined
    const sequences = readPairs(path)
    const whole = leaveOneOut(sequences, itemCount(sequences), { isHistoryMasked: false })
    const among = ({ validation, test }: Stages, seed: number): Stages => ({
      validation: amongRivals(validation, RIVALS, { seed: seed + 1, first: 1 }),
      test: amongRivals(test, RIVALS, { seed, first: 1 }),
    })
    return (seed) => among(whole, 2 * seed)
  },
}
