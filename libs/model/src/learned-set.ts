import type { ModelDeclaration } from '@freshet/features'
import { add, equal, logisticLoss, reshape, sampledSoftmaxLoss, sigmoid, slice, type Node } from '@freshet/tensor'
import { rankLogits, type GraphScope } from './graphs'
import type { DeclaredParameter } from './parameters'
import { type PartRange, type RowSegments } from './row-layout'
import { declareTrainable, DROPOUT_COLUMN, type Reads, type TrainableModel } from './trainable'
import { itemVector, userVector, type ItemTowerInputs } from './two-tower'

/** The one table of a model set, and the lookup in it: all fields' ids share it. */
const ROWS = 'rows'

/** What of a set concerns its learning alone. */
interface LearnedSet extends Pick<ModelDeclaration, 'seed' | 'learningRate' | 'rank' | 'recall'> {
  readonly parameters: readonly DeclaredParameter[]
}

/**
 * A model set as one to be trained: both models learn from the same rows in the same step.
 *
 * shape   rows [B, slots, rowWidth], pooling [B, slots], numbers [B, numbers], labels, rankWeights, recallWeights, logQ and keys [B, 1]
 *         →  scores [B, 1], the rank model's probabilities; losses rankLoss, recallLoss
 * math    item j is no negative for example i where it is the same item (equal `itemKey`), or something else that the same user liked
 *         (`userKey` of i equal to `likedKey` of j): keys are numbers that are equal within a cut for what is equal.
 *         Losses are of what is left where units are dropped out; scores are of all units, as answers are
 */
export function declareLearnedSet(scope: GraphScope, { parameters, seed, learningRate, rank, recall }: LearnedSet): TrainableModel {
  const { example, row } = scope
  const optimiser = { kind: 'adagrad', learningRate: learningRate.rows, epsilon: EPSILON } as const
  const segments = row.segments.map((length, s) => ({ length, scale: row.rowScales[s], optimiser }))
  return declareTrainable({
    name: 'model-set',
    tables: [{ name: ROWS, width: row.rowWidth, segments, seed }],
    lookups: [{ input: ROWS, gradient: 'rowGradients', table: ROWS, slots: example.ids }],
    columns: [
      { input: 'pooling', width: example.ids },
      { input: 'numbers', width: example.numbers },
      ...['labels', 'rankWeights', 'recallWeights', 'logQ', 'itemKey', 'userKey', 'likedKey'].map((input) => ({ input, width: 1 })),
      ...(rank.dropout || recall.dropout ? [DROPOUT_COLUMN] : []),
    ],
    parameters,
    equations: (reads) => {
      const read = { ...readsOf(reads), parameters: reads.parameters }
      const logits = rankLogits(scope, read)
      const learned = rank.dropout ? rankLogits(scope, { ...read, drop: droppingBy(reads, rank) }) : logits
      const rankLoss = logisticLoss(learned, { labels: reads.column('labels'), weights: reads.column('rankWeights') })
      const recallLoss = recallLossOf(scope, { ...read, drop: droppingBy(reads, recall) }, reads)
      return { scores: sigmoid(logits), loss: add(rankLoss, recallLoss), losses: { rankLoss, recallLoss } }
    },
  })
}

const EPSILON = 1e-8

interface ExampleReads extends RowSegments, Pick<ItemTowerInputs, 'pooling' | 'numbers' | 'drop'> {}

/** What a layer of either model goes through. */
const droppingBy =
  ({ drop }: Reads, { dropout = 0 }: Pick<ModelDeclaration['recall'], 'dropout'>): ItemTowerInputs['drop'] =>
  (x, name) =>
    drop(x, dropout, name)

function readsOf({ segments, column }: Reads): ExampleReads {
  const [embeddings, wideWeights, recallEmbeddings, recallBiases] = segments(ROWS)
  return { embeddings, wideWeights, recallEmbeddings, recallBiases, pooling: column('pooling'), numbers: column('numbers') }
}

/** shape  →  [1, 1] */
function recallLossOf({ recall, example }: GraphScope, read: ExampleReads, { parameters, column }: Reads): Node {
  const across = (name: string): Node => reshape(column(name), [1, 'B'])
  const [isSameItem, isLiked] = [equal(column('itemKey'), across('itemKey')), equal(column('userKey'), across('likedKey'))]
  return sampledSoftmaxLoss({
    queries: userVector(recall, partOf(read, example.user), parameters),
    candidates: itemVector(recall, partOf(read, example.item), parameters),
    ...{ weights: column('recallWeights'), logQ: across('logQ') },
    accidental: add(isSameItem, isLiked),
  })
}

/** A part of whole examples, as its tower reads it. */
const partOf = ({ recallEmbeddings, recallBiases, pooling, numbers, drop }: ExampleReads, part: PartRange): ItemTowerInputs => ({
  drop,
  embeddings: slice(recallEmbeddings, 1, part.slots),
  biases: slice(recallBiases, 1, part.slots),
  pooling: slice(pooling, 1, part.slots),
  numbers: slice(numbers, 1, part.numbers),
})
