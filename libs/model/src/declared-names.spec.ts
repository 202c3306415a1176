import {
  declareCatalogueTower,
  declareDcnV2,
  declareDeepFm,
  declareModelSet,
  declareSequence,
  declareSkipGram,
  declareTwoTower,
  declareWideAndDeep,
  type TrainableModel,
} from './index'
import { mixedLayout, smallDeclaration } from './small-model.fixture'

const sgd = { kind: 'sgd', learningRate: 0.1 } as const
const ranker = { fields: [1], numbers: 1, dimensions: 2, hidden: [2], embeddings: sgd, weights: sgd }
const side = { fields: [1], layers: [{ width: 2, activation: 'linear' as const }] }
const blocks = { positions: 2, width: 2, layers: 1, heads: 1, hidden: 2, embeddings: sgd }

/** All names of a model: what its versions on disks, its feeds and its carried parameters are found by. */
const namesOf = ({ name, tables, lookups, columns, parameters }: TrainableModel): string[] => [
  `${name}: ${tables.map((table) => table.name).join(' ')}`,
  ...lookups.map(({ input, gradient, table }) => `${input} → ${gradient} of ${table}`),
  columns.map(({ input }) => input).join(' '),
  parameters.map((parameter) => parameter.name).join(' '),
]

// A name that changes leaves what was learned under it behind: no version on a disk would be found again.
describe('the names that a model is declared under', () => {
  it.each<[string, TrainableModel, string[]]>([
    [
      'Wide & Deep',
      declareWideAndDeep(ranker),
      [
        ...['wide-and-deep: ids', 'rows → rowGradients of ids', 'numbers labels weights'],
        'rank/deep/0/weight rank/deep/0/bias rank/deep/1/weight rank/deep/1/bias rank/wide',
      ],
    ],
    [
      'DeepFM',
      declareDeepFm(ranker),
      [
        ...['deepfm: ids', 'rows → rowGradients of ids', 'numbers labels weights'],
        'deep/0/weight deep/0/bias deep/1/weight deep/1/bias linear',
      ],
    ],
    [
      'DCN-V2 of low rank',
      declareDcnV2({ ...ranker, crossLayers: 1, rank: 1 }),
      [
        ...['dcn-v2: ids', 'rows → rowGradients of ids', 'numbers labels weights'],
        'cross/0/u cross/0/v cross/0/bias deep/0/weight deep/0/bias logit/weight logit/bias',
      ],
    ],
    [
      'a two-tower that compares, with units dropped out',
      declareTwoTower({ user: side, item: side, dimensions: 2, embeddings: sgd, loss: 'pairwise', dropout: 0.5 }),
      [
        'two-tower: ids',
        ...['user', 'item', 'negative'].map((name) => `${name}Rows → ${name}RowGradients of ids`),
        'weights dropout',
        'user/0/weight user/0/bias item/0/weight item/0/bias',
      ],
    ],
    [
      'a tower over a catalogue',
      declareCatalogueTower({ user: side, items: 3, dimensions: 2, embeddings: sgd, vectors: sgd }),
      [
        'catalogue-tower: ids items',
        ...['userRows → userRowGradients of ids', 'itemRows → itemRowGradients of items'],
        ...['targets', 'user/0/weight user/0/bias'],
      ],
    ],
    [
      'a sequence by sampled softmax',
      declareSequence({ ...blocks, loss: { kind: 'sampled-softmax', candidates: 2 } }),
      [
        'sequence: items',
        ...['sequence → sequenceGradient of items', 'candidates → candidateGradient of items'],
        'weights followedKey candidateKey followedLogQ candidateLogQ',
        '0/queries 0/keys 0/values 0/output 0/gate 0/up 0/down gain',
      ],
    ],
    [
      'a skip-gram',
      declareSkipGram({ negatives: 1, optimiser: sgd }),
      [
        'skip-gram: items contexts',
        ...['center → centerGradient of items', 'context → contextGradient of contexts', 'negatives → negativeGradients of contexts'],
        ...['weights', ''],
      ],
    ],
  ])('of %s are those of versions on disks', (_, model, names) => expect(namesOf(model)).toEqual(names))

  it('of a model set are, too', () => {
    const { learned, graphs } = declareModelSet(mixedLayout, smallDeclaration)
    expect(namesOf(learned)).toEqual([
      'model-set: rows',
      'rows → rowGradients of rows',
      'pooling numbers labels rankWeights recallWeights logQ itemKey userKey likedKey',
      [
        ...['rank/deep/0', 'rank/deep/1', 'rank/deep/2'].flatMap((layer) => [`${layer}/weight`, `${layer}/bias`]),
        'rank/wide',
        ...['user/0', 'user/1', 'item/0', 'item/1'].flatMap((layer) => [`recall/${layer}/weight`, `recall/${layer}/bias`]),
      ].join(' '),
    ])
    expect(learned.losses).toEqual(['rankLoss', 'recallLoss'])
    // a graph's name is among the bytes that replicas compare
    expect([learned.gradient, learned.score, ...Object.values(graphs)].map(({ name }) => name)).toEqual([
      ...['model-set/gradient', 'model-set/score'],
      ...['rank', 'rank-item', 'rank-parts', 'user', 'item'],
    ])
  })
})
