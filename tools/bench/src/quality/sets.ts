import { type AutoencoderCraft, autoencoderRanker } from './autoencoder-ranker'
import { catalogueRanker } from './catalogue-ranker'
import { FRAPPE } from './frappe'
import { ONLINE_AGAINST_BATCH } from './online/online-against-batch'
import type { QualitySet } from './quality-set'
import { type LearnedRanker, rankingQuality } from './rank'
import { sequenceRanker, type SequenceCraft } from './sequence-ranker'
import { LASTFM } from './sets/lastfm'
import { ML100K_RATIO, ML100K_SEQUENCE } from './sets/ml-100k'
import { RETAILROCKET_SET } from './sets/retailrocket'
import { S3REC, SASREC_VIDEO } from './sets/sequences'

/** The steps that a tower's rate takes to fall to 0: fifteen epochs of as many users as a set has. */
const tower = (steps: number): LearnedRanker =>
  catalogueRanker('two_tower', {
    ...{ width: 200, activation: 'linear', hidden: 0.6, batchSize: 128, passes: 5, epochsMax: 15 },
    rows: { kind: 'adam', learningRate: 3e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    optimiser: { kind: 'adamw', weightDecay: 0.01 },
    schedule: { kind: 'cosine', rate: 3e-3, steps },
  })

/** As `tower`: the steps of all its epochs. */
const autoencoder = (steps: number, craft: Pick<AutoencoderCraft, 'hidden' | 'decay' | 'epochsMax'>): LearnedRanker =>
  autoencoderRanker({
    ...{ width: 200, activation: 'tanh', batchSize: 128, passes: 5, ...craft },
    rows: { kind: 'adam', learningRate: 3e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    optimiser: { kind: 'adam' },
    schedule: { kind: 'cosine', rate: 3e-3, steps },
  })

const SEQUENCE: SequenceCraft = {
  ...{
    positions: 50,
    width: 64,
    layers: 2,
    heads: 2,
    hidden: 128,
    dropout: 0.3,
    candidates: 2000,
    batchSize: 128,
    epochsMax: 60,
    patience: 3,
  },
  rows: { kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 },
  optimiser: { kind: 'adamw', beta2: 0.98, weightDecay: 0.01 },
  schedule: { kind: 'warm-up', rate: 1e-3, warmUpSteps: 200 },
}
/** Falls to 0 over twenty epochs, from twice the rate. */
const FALLING: SequenceCraft = {
  ...{ ...SEQUENCE, epochsMax: 20 },
  rows: { kind: 'adam', learningRate: 2e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 },
  schedule: { kind: 'warm-up-cosine', rate: 2e-3, warmUpSteps: 60, steps: 400 },
}
/** Few users of long histories: compared with the whole catalogue, in smaller cuts, and more is dropped. */
const listeners = sequenceRanker('transformer', {
  ...{ ...FALLING, candidates: 4000, dropout: 0.4, batchSize: 64, patience: 4 },
  schedule: { kind: 'warm-up-cosine', rate: 2e-3, warmUpSteps: 100, steps: 520 },
})
/** Most of Amazon's users have fewer than ten items: what is longer is learned in pieces. */
const shortSequence = sequenceRanker('transformer', { ...SEQUENCE, positions: 20, batchSize: 256 })

/** SASRec's rows of the table that S³-Rec's paper prints. */
const SASREC = [
  { hitRate: 0.035, ndcg: 0.0192 },
  { hitRate: 0.0675, ndcg: 0.0374 },
  { hitRate: 0.0688, ndcg: 0.039 },
]

/** Every data set with the models that are tried on it and what its best one is held to. */
export const SETS: readonly QualitySet[] = [
  FRAPPE,
  rankingQuality(ML100K_RATIO, [tower(600), autoencoder(296, { hidden: 0.6, decay: 6e-5, epochsMax: 8 })], {
    ndcg: 0.4751,
    precision: 0.4118,
  }),
  rankingQuality(ML100K_SEQUENCE, [sequenceRanker('transformer', FALLING)], { hitRate: 0.1103, ndcg: 0.0513 }),
  ...S3REC.map((set, i) => rankingQuality(set, [set.name.endsWith('lastfm') ? listeners : shortSequence], SASREC[i])),
  rankingQuality(SASREC_VIDEO, [shortSequence], { hitRate: 0.741, ndcg: 0.536 }),
  rankingQuality(LASTFM, [autoencoder(444, { hidden: 0.6, decay: 6e-5, epochsMax: 6 })], { recall: 0.1889, ndcg: 0.2171 }),
  rankingQuality(RETAILROCKET_SET, [tower(1_275), autoencoder(510, { hidden: 0.6, decay: 6e-5, epochsMax: 6 })], {
    hitRate: 0.0948,
    ndcg: 0.0632,
  }),
  ONLINE_AGAINST_BATCH,
]
