import { randomBelow, randomUnit } from '@freshet/kernel'
import { declareTrainable } from '@freshet/model'
import { add, declareUpdate, interpretGraph, logisticLoss, matmul, reduceSum, reshape } from '@freshet/tensor'
import type { StepBatch } from './engine'
import { openEngine } from './plain-engine'

const RATES = { users: 0.1, items: 0.3, dense: 0.7 }
const sgd = (learningRate: number) => ({ kind: 'sgd', learningRate }) as const
const table = (name: 'users' | 'items') => ({ name, width: 2, segments: [{ length: 2, scale: 0.9, optimiser: sgd(RATES[name]) }] })

/** A user, the mean of a history of the same table, and candidates that all examples share. */
const model = declareTrainable({
  name: 'by hand',
  tables: [table('users'), table('items')],
  lookups: [
    { input: 'user', gradient: 'userGradient', table: 'users', slots: 1 },
    { input: 'history', gradient: 'historyGradient', table: 'users', slots: 3, bags: [3] },
    { input: 'candidates', gradient: 'candidateGradient', table: 'items', slots: 2, isShared: true },
  ],
  columns: ['labels', 'weights'].map((input) => ({ input, width: 1 })),
  parameters: [{ name: 'mix', shape: [2, 2], range: 0.8 }],
  equations: ({ parameters, segments, column }) => {
    const [user, history] = ['user', 'history'].map((lookup) => reshape(segments(lookup)[0], ['B', 2]))
    const asked = matmul(add(user, history), parameters.get('mix'))
    const scores = reduceSum(matmul(asked, segments('candidates')[0], { transposeB: true }), [1])
    return { scores, loss: logisticLoss(scores, { labels: column('labels'), weights: column('weights') }) }
  },
})

const COUNT = 5
const IDS = 6
const pairs = (ids: readonly number[]): Uint32Array => Uint32Array.from(ids.flatMap((id) => [id, 0]))
const ids = {
  user: Array.from({ length: COUNT }, (_, i) => 1 + randomBelow(IDS, 1, i, 0)),
  history: Array.from({ length: 3 * COUNT }, (_, i) => randomBelow(IDS + 1, 2, i, 0)), // 0 is none
  candidates: [3, 3], // one item twice: both of its gradients count
}
const labels = [1, 0, 1, 1, 0]
const weights = Array.from({ length: COUNT }, (_, i) => 0.1 + randomUnit(3, i, 0))
const batch: StepBatch = {
  count: COUNT,
  ids: { user: pairs(ids.user), history: pairs(ids.history), candidates: pairs(ids.candidates) },
  columns: { labels: Float32Array.from(labels), weights: Float32Array.from(weights) },
}

/** All that can be learned: rows of both tables by id, and the dense parameters. */
interface State {
  readonly users: readonly number[]
  readonly items: readonly number[]
  readonly dense: readonly number[]
}

/** The loss as the model's sentence has it, in plain sums. */
function lossOf({ users, items, dense }: State): number {
  const row = (rows: readonly number[], id: number): number[] => [rows[2 * id], rows[2 * id + 1]]
  let loss = 0
  for (let i = 0; i < COUNT; i++) {
    const history = ids.history.slice(3 * i, 3 * i + 3).filter((id) => id !== 0)
    const mean = [0, 1].map((k) => history.reduce((sum, id) => sum + row(users, id)[k], 0) / Math.max(1, history.length))
    const [a, b] = row(users, ids.user[i]).map((value, k) => value + mean[k])
    const asked = [a * dense[0] + b * dense[2], a * dense[1] + b * dense[3]]
    const z = ids.candidates.reduce((sum, id) => sum + asked[0] * row(items, id)[0] + asked[1] * row(items, id)[1], 0)
    loss += weights[i] * (Math.log(1 + Math.exp(z)) - labels[i] * z)
  }
  return loss
}

/** How the loss changes with each number, by differences. */
const slopesOf = (state: State, part: keyof State): number[] =>
  state[part].map((_, at) => {
    const lossAt = (shift: number): number => lossOf({ ...state, [part]: state[part].map((value, i) => value + (i === at ? shift : 0)) })
    return (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5
  })

describe('one step, held against a loss that is written out by hand', () => {
  it.each([1, 2, 3, 7])(
    'moves every row and parameter by its rate against the loss’s slope, over %d logical shards',
    async (logicalShards) => {
      const update = declareUpdate({ optimiser: { kind: 'sgd' }, parameters: model.parameters })
      const engine = await openEngine(model, { compile: interpretGraph, update, learningRate: RATES.dense, seed: 3, logicalShards })
      const stateNow = (): State => {
        const [users, items] = engine.state.tables.map((rows) => {
          const out = new Float32Array(2 * (IDS + 1))
          rows.gather(pairs(Array.from({ length: IDS + 1 }, (_, id) => id)), IDS + 1, out)
          return [...out]
        })
        return { users, items, dense: [...engine.state.dense] }
      }
      const before = stateNow()
      const { loss, isApplied } = await engine.step(batch)
      const after = stateNow()
      expect([isApplied, engine.state.step]).toEqual([true, 1])
      expect(loss).toBeCloseTo(lossOf(before), 5)
      for (const part of ['users', 'items', 'dense'] as const) {
        const slopes = slopesOf(before, part)
        expect(slopes.some((slope) => Math.abs(slope) > 0.01)).toBe(true)
        slopes.forEach((slope, i) => expect(after[part][i]).toBeCloseTo(before[part][i] - RATES[part] * slope, 5))
      }
    },
  )

  it('moves rows and parameters as far as it is told to, each for itself', async () => {
    const update = declareUpdate({ optimiser: { kind: 'sgd' }, parameters: model.parameters })
    const tools = { compile: interpretGraph, update, learningRate: RATES.dense, seed: 3, logicalShards: 2 }
    const movedBy = async (options: object): Promise<[dense: number, row: number]> => {
      const engine = await openEngine(model, tools)
      const [dense, row] = [engine.state.dense[0], new Float32Array(2)]
      engine.state.tables[1].gather(pairs([3]), 1, row)
      const before = row[0]
      await engine.step(batch, options)
      engine.state.tables[1].gather(pairs([3]), 1, row)
      return [engine.state.dense[0] - dense, row[0] - before]
    }
    const [[dense, row], [slowDense, sameRow], [sameDense, slowRow]] = [
      await movedBy({}),
      await movedBy({ learningRate: RATES.dense / 2 }),
      await movedBy({ rowRate: 0.25 }),
    ]
    expect([slowDense, sameRow]).toEqual([expect.closeTo(dense / 2, 6), row])
    expect([sameDense, slowRow]).toEqual([dense, expect.closeTo(row / 4, 6)])
  })
})
