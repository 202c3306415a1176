import { declareDeepFm, type RowOptimiser } from '@freshet/model'
import { dataFile } from '../../harness/data-directory'
import { above, type Measured } from '../../harness/report'
import { readRatings } from '../data/movielens'
import { readShop } from '../data/retailrocket'
import type { QualityScope, QualitySet } from '../quality-set'
import { overSeeds, together } from '../spread'
import { type ContestCraft, learnNightly, learnOnline } from './contest'
import { compareAuc, type PairedAuc } from './paired'
import { type LabelledEvent, type Stream, streamOf } from './stream'

const LIKED_MIN = 4
const UNSCORED_SHARE = 0.1
const RATE = 0.01
const ROWS: RowOptimiser = { kind: 'adagrad', learningRate: 0.05, epsilon: 1e-8 }
const CRAFT: ContestCraft = { optimiser: { kind: 'adagrad', initialAccumulator: 0.1 }, learningRate: RATE, cut: 64, batchSize: 64 }
const NOTE =
  'progressive AUC without the first 10 %; batch: the same model fitted anew on all events, 2 epochs, each 24 h of event time with at least 500 new ones. ' +
  'ml-100k: rating ≥ 4; retailrocket: cart or purchase against view'

/** A log whose events have labels. */
interface Log {
  readonly name: string
  read(directory: string): readonly LabelledEvent[] | undefined
}

const LOGS: readonly Log[] = [
  {
    name: 'ml100k',
    read: (directory) => {
      const path = dataFile(directory, 'ml-100k/ml-100k.inter')
      return path ? readRatings(path).ratings.map((rating) => ({ ...rating, label: rating.rating >= LIKED_MIN ? 1 : 0 })) : undefined
    },
  },
  {
    name: 'retailrocket',
    read: (directory) => {
      const path = dataFile(directory, 'retailrocket-mb/events.csv')
      return path ? readShop(path).map((event) => ({ ...event, label: event.behaviour === 'view' ? 0 : 1 })) : undefined
    },
  },
]

/** Learning from each event at once, against learning from all of them every night. */
export const ONLINE_AGAINST_BATCH: QualitySet = {
  name: 'online',
  run: async (scope) => {
    const logs = LOGS.map(({ name, read }) => ({ name, events: read(scope.directory) }))
    if (logs.some(({ events }) => !events)) return undefined
    scope.say(`online: ${NOTE}`)
    const figures: Record<string, Measured>[] = []
    const differences: number[] = []
    for (const { name, events = [] } of logs) {
      const stream = streamOf(events)
      const found: PairedAuc[] = []
      for (const seed of scope.seeds) found.push(await compare(name, stream, { ...scope, seed }))
      figures.push(figuresOf(name, found))
      differences.push(mean(found.map(({ difference }) => difference)))
    }
    return together({ online_minus_batch_auc: { value: Math.min(...differences), unit: 'auc', goal: above(0) } }, ...figures)
  },
}

async function compare(name: string, stream: Stream, scope: QualityScope & { readonly seed: number }): Promise<PairedAuc> {
  const { seed, compile, say } = scope
  const model = declareDeepFm({ fields: stream.fields, dimensions: 16, hidden: [64, 32], embeddings: ROWS, weights: ROWS })
  const contest = { model, craft: CRAFT, seed, compile }
  const online = await learnOnline(stream, contest)
  const nightly = await learnNightly(stream, contest)
  const from = Math.floor(UNSCORED_SHARE * stream.count)
  const [ours, theirs, labels] = [online, nightly.scores, stream.labels].map((all) => all.subarray(from))
  const found = compareAuc({ ours, theirs, labels, users: stream.users.subarray(from) }, seed)
  const [low, high] = found.interval
  say(
    `  ${name}, seed ${seed}: online ${found.ours.toFixed(4)}, batch ${found.theirs.toFixed(4)} (${nightly.refits} refits), ` +
      `difference ${found.difference.toFixed(4)}, 95 % between ${low.toFixed(4)} and ${high.toFixed(4)} by users`,
  )
  return found
}

const figuresOf = (name: string, found: readonly PairedAuc[]): Record<string, Measured> =>
  together(
    ...(['ours', 'theirs', 'difference'] as const).map(
      (side) =>
      overSeeds(`online_${name}_${SIDES[side]}`, found.map((each) => each[side]), { unit: 'auc' }), // prettier-ignore
    ),
    { [`online_${name}_difference_low`]: { value: Math.min(...found.map(({ interval }) => interval[0])), unit: 'auc' } },
  )

const SIDES = { ours: 'auc', theirs: 'batch_auc', difference: 'difference' } as const
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
