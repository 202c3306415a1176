import { randomBelow, randomUnit } from '@freshet/kernel'
import { declareTrainable, type TrainableModel } from '@freshet/model'
import { add, declareUpdate, interpretGraph, logisticLoss, matmul, multiply, type Node, reduceSum, reshape, sigmoid } from '@freshet/tensor'
import type { EngineTools, StepBatch } from './engine'

/** A model with one of each: two tables, bags, shared candidates, a drawn column, every row optimiser. */
export const mixedModel = (): TrainableModel =>
  declareTrainable({
    name: 'mixed',
    tables: [
      {
        name: 'users',
        width: 6,
        segments: [
          { length: 3, scale: 0.5, optimiser: { kind: 'adagrad', learningRate: 0.1, epsilon: 1e-8 } },
          { length: 1, scale: 0, optimiser: { kind: 'ftrl', alpha: 0.1, beta: 1, l1: 0.001, l2: 0.01 } },
          { length: 2, scale: 0.5, optimiser: { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } },
        ],
      },
      { name: 'items', width: 3, segments: [{ length: 3, scale: 0.5, optimiser: { kind: 'sgd', learningRate: 0.1 } }] },
    ],
    lookups: [
      { input: 'user', gradient: 'userGradient', table: 'users', slots: 2 },
      { input: 'history', gradient: 'historyGradient', table: 'users', slots: 5, bags: [2, 3] },
      { input: 'candidates', gradient: 'candidateGradient', table: 'items', slots: 4, isShared: true },
    ],
    columns: [
      { input: 'labels', width: 1 },
      { input: 'weights', width: 1 },
      { input: 'temperature', width: 1, isShared: true },
      { input: 'noise', width: 3, isDrawn: true },
    ],
    parameters: [{ name: 'mix', shape: [6, 3], range: 0.5 }],
    equations: ({ parameters, segments, column, isTraining }) => {
      const [vectors, weights, moments] = segments('user').map((part, s) => add(flat(part), flat(segments('history')[s])))
      const mixed = multiply(
        matmul(vectors, parameters.get('mix')),
        isTraining ? add(column('noise'), column('temperature')) : column('temperature'),
      )
      const offered = reduceSum(matmul(mixed, segments('candidates')[0], { transposeB: true }), [1])
      const z = add(add(offered, reduceSum(weights, [1])), reduceSum(multiply(moments, moments), [1]))
      return { scores: sigmoid(z), loss: logisticLoss(z, { labels: column('labels'), weights: column('weights') }) }
    },
  })

/** Both lookups of users come to two rows an example. */
const flat = (part: Node): Node => reshape(part, ['B', 2 * Number(part.shape[2])])

/** What the engines of a test share. */
export const mixedTools = (model: TrainableModel, changed: Partial<EngineTools> = {}): EngineTools => ({
  ...{ compile: interpretGraph, learningRate: 0.01, seed: 7, logicalShards: 4 },
  update: declareUpdate({ optimiser: { kind: 'adam' }, parameters: model.parameters }),
  tables: { users: { shards: 4, pageBytes: 4096 }, items: { shards: 4, pageBytes: 4096 } },
  ...changed,
})

/** Tables that give rows up: users after two steps, items where there are more than eight. */
export const FORGETFUL = {
  users: { shards: 4, pageBytes: 4096, expireAfterSteps: 2 },
  items: { shards: 4, pageBytes: 4096, memoryBytes: 4 * (64 * 12 + 12) + 4096 + 16_384 + 8 * 28 },
} as const

/** Examples of users and items that come again and again; some ids are absent. `round` says which batch. */
export function mixedBatch(round: number, count = 10): StepBatch {
  const ids = (slots: number, salt: number, range: number): Uint32Array =>
    Uint32Array.from(Array.from({ length: slots }, (_, i) => wordsOf(randomBelow(range, 5, 1000 * round + salt, 2 * i))).flat())
  const floats = (salt: number): Float32Array => Float32Array.from({ length: count }, (_, i) => randomUnit(9, 1000 * round + salt, i))
  return {
    count,
    ids: { user: ids(2 * count, 1, 30), history: ids(5 * count, 2, 30), candidates: ids(4, 3, 12) },
    columns: {
      labels: floats(4).map(Math.round),
      weights: floats(5).map((w) => w / count),
      temperature: Float32Array.of(0.5),
    },
  }
}

/** Both words of an id say something; (0, 0) is none. */
export const wordsOf = (id: number): [lo: number, hi: number] => [id, id === 0 ? 0 : 1 + (id % 3)]
