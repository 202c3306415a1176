import { openEngine } from '../index'
import type { StepBatch, StepEngine } from '../engine'
import { mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { trainEpochs, type EpochRecord, type FitTask } from './fit'

const model = mixedModel()
const POOL = 40

/** Some of forty examples, as one cut. */
function batchOf(examples: readonly number[]): StepBatch {
  const pool = mixedBatch(1, POOL)
  const pick = (values: Uint32Array, width: number): Uint32Array =>
    Uint32Array.from(examples.flatMap((i) => [...values.subarray(i * width, (i + 1) * width)]))
  return {
    count: examples.length,
    ids: { user: pick(pool.ids.user, 4), history: pick(pool.ids.history, 10), candidates: pool.ids.candidates },
    columns: {
      labels: Float32Array.from(examples, (i) => pool.columns.labels[i]),
      weights: new Float32Array(examples.length).fill(1 / examples.length),
      temperature: pool.columns.temperature,
    },
  }
}

async function open(logicalShards = 4): Promise<StepEngine> {
  return await openEngine(model, mixedTools(model, { logicalShards }))
}

/** A fit whose validation scores are given, one an epoch. */
const judged = (engine: StepEngine, scores: readonly number[], changed: Partial<FitTask> = {}): FitTask => {
  const left = [...scores]
  return {
    ...{ engine, examples: POOL, batchSize: 16, epochsMax: scores.length, schedule: { kind: 'constant', rate: 0.01 }, seed: 5, batchOf },
    validate: async () => ({ score: left.shift() ?? NaN, figures: {} }),
    ...changed,
  }
}

describe('trainEpochs', () => {
  it('learns: the mean loss of an epoch falls', async () => {
    const { curve } = await trainEpochs(judged(await open(), [1, 2, 3, 4, 5, 6, 7, 8]))
    expect(curve[7].loss).toBeLessThan(0.9 * curve[0].loss)
    expect(curve.map(({ steps }) => steps)).toEqual([3, 6, 9, 12, 15, 18, 21, 24])
  })

  it('meets every example once an epoch, in an order that seed and epoch decide', async () => {
    const meet = async (seed: number): Promise<number[][]> => {
      const epochs: number[][] = [[], []]
      const watched = (examples: readonly number[], epoch: number): StepBatch => (epochs[epoch - 1].push(...examples), batchOf(examples))
      await trainEpochs(judged(await open(), [1, 2], { seed, batchOf: watched }))
      return epochs
    }
    const [first, second] = await meet(5)
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: POOL }, (_, i) => i))
    expect(second).not.toEqual(first)
    expect(await meet(5)).toEqual([first, second])
    expect(await meet(6)).not.toEqual([first, second])
  })

  it('ends after three epochs without improvement, and leaves the best state', async () => {
    const digests: string[] = []
    const engine = await open()
    const scores = [0.5, 0.7, 0.6, 0.7, 0.65, 0.9]
    const onEpoch = (): number => digests.push(engine.state.digest())
    const { best, curve, isStoppedEarly } = await trainEpochs(judged(engine, scores, { onEpoch }))
    expect([best.epoch, curve.length, isStoppedEarly]).toEqual([2, 5, true])
    expect(engine.state.digest()).toBe(digests[1])
    expect(new Set(digests).size).toBe(5)
    expect(curve.map(({ isBest }) => isBest)).toEqual([true, true, false, false, false])
  })

  it.each([
    [1, 2],
    [2, 3],
    [4, 5],
  ])('waits for improvement for %d epochs where it is told to, and so ends after %d', async (patience, epochs) => {
    const { curve, best } = await trainEpochs(judged(await open(), [0.9, 0.1, 0.2, 0.3, 0.4, 0.5], { patience }))
    expect([curve.length, best.epoch]).toEqual([epochs, 1])
  })

  it('leaves the best state also where its last epoch was the first that was worse', async () => {
    const [engine, digests] = [await open(), [] as string[]]
    const { best, isStoppedEarly } = await trainEpochs(judged(engine, [1, 0.5], { onEpoch: () => digests.push(engine.state.digest()) }))
    expect([best.epoch, isStoppedEarly]).toEqual([1, false])
    expect(engine.state.digest()).toBe(digests[0])
    expect(digests[1]).not.toBe(digests[0])
  })

  it('goes on as if the worse epochs had never been', async () => {
    const [stopped, straight] = [await open(), await open()]
    await trainEpochs(judged(stopped, [1, 0, 0, 0]))
    await trainEpochs(judged(straight, [1]))
    await Promise.all([stopped, straight].map((engine) => engine.step(batchOf([1, 2, 3]))))
    expect(stopped.state.digest()).toBe(straight.state.digest())
  })

  it('takes as many batches into a step as it is told, bit for bit as one batch so many times as large', async () => {
    const [accumulated, large] = [await open(8), await open(8)]
    await trainEpochs(judged(accumulated, [1, 2, 3], { batchSize: 5, accumulation: 8 }))
    await trainEpochs(judged(large, [1, 2, 3], { batchSize: 40 }))
    expect(accumulated.state.digest()).toBe(large.state.digest())
    expect(accumulated.state.step).toBe(3)
  })

  it('records what an example lost on average, each step by how many it had, and how far it has come', async () => {
    const engine = await open()
    const losses: [loss: number, count: number][] = []
    const step = engine.step.bind(engine)
    engine.step = async (batch, options) => {
      const outcome = await step(batch, options)
      losses.push([outcome.loss, batch.count])
      return outcome
    }
    const { curve } = await trainEpochs(judged(engine, [1, 2], { batchSize: 16 }))
    const meanOf = (steps: typeof losses): number => steps.reduce((sum, [loss, count]) => sum + loss * count, 0) / POOL
    expect(losses.map(([, count]) => count)).toEqual([16, 16, 8, 16, 16, 8])
    expect(curve).toMatchObject([
      { epoch: 1, steps: 3, examples: POOL, loss: meanOf(losses.slice(0, 3)), learningRate: 0.01 },
      { epoch: 2, steps: 6, examples: POOL, loss: meanOf(losses.slice(3)), learningRate: 0.01 },
    ])
  })

  it('follows the schedule by the steps, with rows in proportion', async () => {
    const engine = await open()
    const rates: [unknown, unknown][] = []
    const step = engine.step.bind(engine)
    engine.step = (batch, options) => {
      rates.push([options?.learningRate, options?.rowRate])
      return step(batch, options)
    }
    const records: EpochRecord[] = []
    await trainEpochs(
      judged(engine, [1, 2], { schedule: { kind: 'warm-up', rate: 0.4, warmUpSteps: 4 }, onEpoch: (record) => records.push(record) }),
    )
    expect(rates.map(([rate]) => rate)).toEqual([0.1, 0.2, expect.closeTo(0.3, 12), 0.4, 0.4, 0.4])
    expect(rates.map(([, rows]) => rows)).toEqual([0.25, 0.5, expect.closeTo(0.75, 12), 1, 1, 1])
    expect(records.map(({ learningRate }) => learningRate)).toEqual([expect.closeTo(0.3, 12), 0.4])
  })

  it.each<[string, Partial<FitTask>]>([
    ['examples of a fit is 0', { examples: 0 }],
    ['batchSize of a fit is 1.5', { batchSize: 1.5 }],
    ['epochsMax of a fit is 0', { epochsMax: 0 }],
    ['accumulation of a fit is -1, but it is a whole number of at least 1', { accumulation: -1 }],
  ])('refuses %s', async (message, changed) => {
    await expect(trainEpochs(judged(await open(), [1], changed))).rejects.toThrow(message)
  })
})
