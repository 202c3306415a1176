import { declareTrainable } from '@freshet/model'
import { add, interpret, multiply, reduceSum, reshape } from '@freshet/tensor'
import { mixedBatch, mixedModel, mixedTools } from './mixed-model.fixture'
import { openEngine } from './plain-engine'

const model = mixedModel()
const open = (changed: Parameters<typeof mixedTools>[1] = {}) => openEngine(model, mixedTools(model, changed))

describe('a step', () => {
  it('gives the same state for the same batches, and another one for others', async () => {
    const digests = await Promise.all(
      [
        [1, 2, 3],
        [1, 2, 3],
        [1, 3, 2],
      ].map(async (rounds) => {
        const engine = await open()
        for (const round of rounds) await engine.step(mixedBatch(round))
        return engine.state.digest()
      }),
    )
    expect(digests[1]).toBe(digests[0])
    expect(digests[2]).not.toBe(digests[0])
  })

  it('learns: the loss of a batch that comes again and again falls', async () => {
    const engine = await open()
    const first = (await engine.step(mixedBatch(1))).loss
    for (let i = 0; i < 30; i++) await engine.step(mixedBatch(1))
    expect((await engine.step(mixedBatch(1))).loss).toBeLessThan(0.8 * first)
  })

  it('scores every example before it learns from it, and scores later ones by what it has learned', async () => {
    const engine = await open()
    const batch = mixedBatch(1)
    const again = await engine.score(batch)
    expect(again).toHaveLength(10)
    const before = engine.state.digest()
    await engine.score(batch)
    expect(engine.state.digest()).toBe(before)
    await engine.step(batch)
    expect(await engine.score(batch)).not.toEqual(again)
  })

  it('scores by as many shared candidates as it is given, and by no more than it reads', async () => {
    const engine = await open()
    const { count, ids, columns } = mixedBatch(1)
    const none = new Uint32Array(8)
    const of = async (candidates: Uint32Array): Promise<number[]> =>
      Array.from(await engine.score({ count, ids: { ...ids, candidates }, columns: { temperature: columns.temperature } }), logitOf)
    const [both, first, second, base] = await Promise.all(
      [ids.candidates, ids.candidates.slice(0, 2), ids.candidates.slice(2), none].map(of),
    )
    both.forEach((z, i) => expect(z - base[i]).toBeCloseTo(first[i] - base[i] + second[i] - base[i], 4))
    expect(both).not.toEqual(first)
  })

  it('comes to the same sums however many logical shards a cut has, but for rounding', async () => {
    const [one, four, eleven] = await Promise.all(
      [1, 4, 11].map(async (logicalShards) => {
        const engine = await open({ logicalShards })
        for (const round of [1, 2, 3]) await engine.step(mixedBatch(round))
        return engine.state.dense
      }),
    )
    four.forEach((value, i) => expect(value).toBeCloseTo(one[i], 4))
    eleven.forEach((value, i) => expect(value).toBeCloseTo(one[i], 4))
  })

  it('draws the same noise for an example whichever shard it is in, other noise in another step', async () => {
    const seen: number[][] = []
    const spying = (logicalShards: number) =>
      open({
        logicalShards,
        compile: async (spec) => ({
          run: async (feeds) => {
            if (feeds.noise) seen.push([...feeds.noise.data])
            return Object.fromEntries(Object.entries(interpret(spec, feeds)).map(([name, { data }]) => [name, Float32Array.from(data)]))
          },
          release: async () => undefined,
        }),
      })
    const [whole, halves] = [await spying(1), await spying(2)]
    await whole.step(mixedBatch(1))
    await halves.step(mixedBatch(1))
    await halves.step(mixedBatch(1))
    expect([...seen[1], ...seen[2]]).toEqual(seen[0])
    expect([...seen[3], ...seen[4]]).not.toEqual(seen[0])
  })

  it('is no step where a gradient is not finite, and says so: only the ids that it met are born', async () => {
    const engine = await open()
    await engine.step(mixedBatch(1))
    const [dense, rows, chain] = [engine.state.dense.slice(), engine.state.tables[0].size, engine.state.chain]
    const bad = mixedBatch(2)
    bad.columns.weights[3] = Infinity
    expect((await engine.step(bad)).isApplied).toBe(false)
    expect(engine.state.dense).toEqual(dense)
    expect([engine.state.step, engine.state.chain]).toEqual([1, chain])
    expect(engine.state.tables[0].size).toBeGreaterThan(rows)
    expect((await engine.step(mixedBatch(3))).isApplied).toBe(true)
  })
})

describe('a probe', () => {
  it('finds by halves what makes no gradient, and changes nothing', async () => {
    const engine = await open()
    await engine.step(mixedBatch(1))
    const before = engine.state.digest()
    const bad = mixedBatch(2)
    bad.columns.weights[3] = Infinity
    const found = await Promise.all(
      [
        [0, 10],
        [0, 3],
        [3, 4],
        [4, 10],
      ].map(([from, to]) => engine.probe(bad, from, to)),
    )
    expect(found).toEqual([false, true, false, true])
    expect(engine.state.digest()).toBe(before)
  })
})

describe('what is drawn', () => {
  it('is for a probe what it was for the step that came to nothing: whoever made that step none is found', async () => {
    const seen: number[][] = []
    const engine = await open({
      logicalShards: 1,
      compile: async (spec) => ({
        run: async (feeds) => {
          if (feeds.noise) seen.push([...feeds.noise.data])
          return Object.fromEntries(Object.entries(interpret(spec, feeds)).map(([name, { data }]) => [name, Float32Array.from(data)]))
        },
        release: async () => undefined,
      }),
    })
    await engine.step(mixedBatch(1))
    const bad = mixedBatch(2)
    bad.columns.weights[3] = Infinity
    await engine.step(bad)
    await engine.probe(bad, 0, 4)
    await engine.step(mixedBatch(2))
    const [, attempt, probe, next] = seen
    expect(attempt.slice(0, probe.length)).toEqual(probe)
    expect(next).toEqual(attempt) // the same step, at last
  })
})

describe('a loss of several parts', () => {
  it('is told part by part, each a sum over the shards', async () => {
    const parted = declareTrainable({
      name: 'parted',
      tables: [{ name: 'ids', width: 1, segments: [{ length: 1, scale: 0.5, optimiser: { kind: 'sgd', learningRate: 0.1 } }] }],
      lookups: [{ input: 'rows', gradient: 'rowGradients', table: 'ids', slots: 1 }],
      columns: [{ input: 'weights', width: 1 }],
      parameters: [],
      equations: ({ segments, column }) => {
        const x = reshape(segments('rows')[0], ['B', 1])
        const [near, far] = [reduceSum(multiply(column('weights'), multiply(x, x))), reduceSum(column('weights'))]
        return { scores: x, loss: add(near, far), losses: { near, far } }
      },
    })
    const engine = await openEngine(parted, mixedTools(parted, { update: undefined, tables: {} }))
    const ids = { rows: Uint32Array.from({ length: 12 }, (_, i) => i + 1) }
    const { loss, losses } = await engine.step({ count: 6, ids, columns: { weights: new Float32Array(6).fill(0.5) } })
    expect(losses.far).toBe(3)
    expect(losses.near).toBeGreaterThan(0)
    expect(losses.near + losses.far).toBeCloseTo(loss, 6)
  })
})

describe('a state', () => {
  it('hands its rows, step and chain on to an engine of another model over the same tables', async () => {
    const engine = await open()
    for (const round of [1, 2]) await engine.step(mixedBatch(round))
    const next = await open({ predecessor: engine.state })
    expect(next.state).toMatchObject({ step: 2, chain: engine.state.chain })
    expect(next.state.tables).toBe(engine.state.tables)
    expect(next.state.dense).toEqual((await open()).state.dense)
    await next.step(mixedBatch(3))
    expect(next.state.step).toBe(3)
  })

  it('goes on from its parts as if it had never been away', async () => {
    const engine = await open()
    for (const round of [1, 2]) await engine.step(mixedBatch(round))
    const parts = [...engine.state.parts()].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
    const other = await open()
    await other.state.restore(parts)
    expect(other.state.digest()).toBe(engine.state.digest())
    await Promise.all([engine.step(mixedBatch(3)), other.step(mixedBatch(3))])
    expect(other.state.digest()).toBe(engine.state.digest())
  })

  it('refuses parts that are incomplete, naming the part', async () => {
    const engine = await open()
    const parts = [...engine.state.parts()]
    const without = (name: string) => parts.filter((part) => part.name !== name)
    await expect((await open()).state.restore(without('dense'))).rejects.toThrow('dense: 0 of 72 bytes are there')
    await expect((await open()).state.restore(without('users/table.header'))).rejects.toThrow('table.header: it is missing')
  })
})

describe('a batch', () => {
  it.each<[string, Partial<ReturnType<typeof mixedBatch>>, string]>([
    ['no example', { count: 0 }, 'count of a batch is 0'],
    ['too few ids', { count: 11 }, 'ids of user of a batch is 40, but 22 ids are pairs of 44 words'],
    ['no column', { columns: {} }, 'column labels of a batch is undefined, but 10 rows of 1 are 10 floats'],
  ])('with %s is refused by name, expected and got', async (_, changed, message) => {
    await expect((await open()).step({ ...mixedBatch(1), ...changed })).rejects.toThrow(message)
  })

  it('of a model with dense parameters needs to know how these learn', async () => {
    await expect(open({ update: undefined })).rejects.toThrow('say by which optimiser')
  })
})

const logitOf = (probability: number): number => Math.log(probability / (1 - probability))
