import { InvalidFieldError } from '@freshet/kernel'
import { add, constant, matmul, multiply, reduceSum, reshape, slice, type Node } from '@freshet/tensor'
import { declareTrainable, DROPOUT_COLUMN, type Column, type Reads, type RowOptimiser, type TrainableModel } from '../trainable'
import { binary, fullSoftmax, sampledSoftmax, type Places } from './sequence-losses'
import { transform, transformerParameters, type Transformer } from './transformer'

/** A causal transformer over what a user did, item after item. */
export interface SequenceDeclaration extends Transformer {
  /** How item vectors learn. They are both what the transformer reads and what its result is compared with. */
  readonly embeddings: RowOptimiser
  readonly loss: SequenceLoss
  /** The share of cells that a step leaves out of the items and of what each branch adds; by default none. */
  readonly dropout?: number
  /** First values of item vectors are uniform in [−scale, scale); by default 0.05. */
  readonly scale?: number
}

/** What a position's item is compared with: candidates that the whole cut shares. */
export interface SequenceLoss {
  /** `full-softmax` where candidates are the whole catalogue; else they are sampled. */
  readonly kind: 'sampled-softmax' | 'full-softmax' | 'binary'
  /** How many candidates. */
  readonly candidates: number
  /** For `binary`: as how many samples a position's candidates count, together; by default 1. */
  readonly negatives?: number
}

/**
 * A sequence model: each position predicts the item behind it.
 *
 * A history stands at the beginning of its slots, oldest first; slot i predicts slot i + 1, and what lies behind the last item is empty. No position
 * sees a later one, so nothing else has to be masked. To score, `weights` are 1 at the newest item and else 0.
 *
 * shape   sequence ids [B, positions + 1], weights [B, positions] (0 where nothing follows), candidate ids [K]; where candidates are sampled, keys and
 *         logQ of what follows [B, positions] and of candidates [1, K]
 *         →  training scores [B, positions], each of the item that followed; scores [B, K]
 * math    h = RMSNorm(blocks(e(i₁), …, e(i_T))) ⊙ g;  s(t, j) = h_t·e(j)
 * source  Kang & McAuley, Self-attentive sequential recommendation (2018), with the blocks of `transform`
 */
export function declareSequence(declaration: SequenceDeclaration): TrainableModel {
  refuseUnevenHeads(declaration)
  const { positions, width, dropout = 0, loss, embeddings, scale = EMBEDDING_SCALE } = declaration
  return declareTrainable({
    name: 'sequence',
    tables: [{ name: 'items', width, segments: [{ length: width, scale, optimiser: embeddings }] }],
    lookups: [
      { input: 'sequence', gradient: 'sequenceGradient', table: 'items', slots: positions + 1 },
      { input: 'candidates', gradient: 'candidateGradient', table: 'items', slots: loss.candidates, isShared: true },
    ],
    columns: [{ input: 'weights', width: positions }, ...sampleColumns(declaration), ...(dropout > 0 ? [DROPOUT_COLUMN] : [])],
    parameters: [...transformerParameters(declaration), { name: 'gain', shape: [width], range: 0 }],
    equations: (reads) => {
      const [[sequence], [candidates]] = ['sequence', 'candidates'].map((lookup) => reads.segments(lookup))
      const h = hidden(slice(sequence, 1, [0, positions]), declaration, reads)
      const followed = reduceSum(multiply(h, slice(sequence, 1, [1, positions + 1])), [2])
      const places = { followed, products: matmul(h, candidates, { transposeB: true }) }
      return {
        scores: reads.isTraining
          ? reshape(followed, [sequence.shape[0], positions])
          : matmul(newest(h, reads.column('weights')), candidates, { transposeB: true }),
        loss: reshape(reduceSum(multiply(ofPlaces(reads.column('weights')), lossOf(places, declaration, reads))), [1, 1]),
      }
    },
  })
}

const EMBEDDING_SCALE = 0.05

/** shape  items [B, positions, width]  →  [B, positions, width] */
function hidden(items: Node, { dropout = 0, ...transformer }: SequenceDeclaration, { parameters, drop }: Reads): Node {
  const dropped = (x: Node, name: string): Node => drop(x, dropout, name)
  const h = transform(dropped(items, 'items'), transformer, { parameters, drop: dropped })
  return multiply(h, add(parameters.get('gain'), constant(1)))
}

/** shape  h [B, positions, width], weights [B, positions]  →  [B, width] */
const newest = (h: Node, weights: Node): Node => reshape(reduceSum(multiply(h, ofPlaces(weights)), [1]), [h.shape[0], h.shape[2]])

/** shape  [B, positions]  →  [B, positions, 1] */
const ofPlaces = (x: Node): Node => reshape(x, [...x.shape, 1])

/** Where candidates are sampled, what corrects for that. */
const sampleColumns = ({ positions, loss }: SequenceDeclaration): Column[] =>
  loss.kind === 'full-softmax'
    ? []
    : ['Key', ...(loss.kind === 'binary' ? [] : ['LogQ'])].flatMap((what) => [
        { input: `followed${what}`, width: positions },
        { input: `candidate${what}`, width: loss.candidates, isShared: true, of: 'candidates' },
      ])

/** shape  →  [B, positions, 1] */
function lossOf(places: Places, { loss }: SequenceDeclaration, { column }: Reads): Node {
  if (loss.kind === 'full-softmax') return fullSoftmax(places)
  const keys = { followed: ofPlaces(column('followedKey')), candidates: column('candidateKey') }
  if (loss.kind === 'binary') return binary(places, keys, (loss.negatives ?? 1) / loss.candidates)
  return sampledSoftmax(places, keys, { followed: ofPlaces(column('followedLogQ')), candidates: column('candidateLogQ') })
}

function refuseUnevenHeads({ width, heads }: SequenceDeclaration): void {
  if (Number.isInteger(width / heads / 2) && width > 0) return
  const rule = `each of ${heads} heads has an even share of it, for pairs that are turned`
  throw new InvalidFieldError({ field: 'width of sequence', value: width, rule, remedy: `declare a multiple of ${2 * heads}` })
}
