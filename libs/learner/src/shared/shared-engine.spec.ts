import { FORGETFUL, mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { openSharedEngine, type SharedEngine } from './shared-engine'
import { compileInterpreted, testThreads } from './threads.fixture'

const model = mixedModel()
const tools = mixedTools(model)
const ROUNDS = [1, 2, 3, 2, 4, 5, 1, 6]
const ROWS = 150_000 // of seven words or more: more than four mebibytes

/** What the plain engine comes to after each round. */
async function plainDigests(): Promise<string[]> {
  const engine = await openEngine(model, tools)
  const digests: string[] = []
  for (const round of ROUNDS) {
    await engine.step(mixedBatch(round))
    digests.push(engine.state.digest())
  }
  return digests
}

async function sharedDigests(engine: SharedEngine, before: (i: number) => Promise<unknown> = async () => undefined): Promise<string[]> {
  const batches = ROUNDS.map((round) => mixedBatch(round))
  const digests: string[] = []
  for (const [i, batch] of batches.entries()) {
    await before(i)
    await engine.step(batch, { next: batches[i + 1] })
    digests.push(engine.state.digest())
  }
  return digests
}

const open = () => openSharedEngine(model, { ...tools, compile: compileInterpreted(), start: testThreads })

describe('an engine that shares its work', () => {
  it.each([1, 2, 3, 4])('comes to the digests of the plain one, step by step, with %d workers', async (workers) => {
    const engine = await open()
    await engine.crew.scaleTo(workers)
    expect(await sharedDigests(engine)).toEqual(await plainDigests())
    await engine.close()
  })

  it('keeps its workers where rows lie beyond the first page of a table that is not shared', async () => {
    const engine = await openSharedEngine(model, { ...tools, tables: {}, compile: compileInterpreted(), start: testThreads })
    const ids = Uint32Array.from({ length: 2 * ROWS }, (_, i) => (i % 2 === 0 ? i / 2 : 77))
    engine.state.tables[0].rowsOf(ids, ROWS, { step: 0 })
    await engine.crew.scaleTo(2)
    await engine.step(mixedBatch(1))
    await engine.step(mixedBatch(2))
    expect(engine.crew.size).toBe(2)
    await engine.close()
  })

  it('comes to the same digests while workers join, leave and are killed between any two steps', async () => {
    const engine = await open()
    const schedule: (() => Promise<unknown>)[] = [
      () => engine.crew.scaleTo(3),
      () => engine.crew.kill(engine.crew.workers[0]),
      () => engine.crew.scaleTo(1),
      () => engine.crew.scaleTo(2),
      async () => void engine.crew.kill(engine.crew.workers[0]), // it dies during the step
      () => engine.crew.scaleTo(4),
      async () => void engine.crew.scaleTo(2), // they leave during the step
      async () => void engine.crew.scaleTo(3), // it comes during the step
    ]
    expect(await sharedDigests(engine, (i) => schedule[i]())).toEqual(await plainDigests())
    await engine.close()
  })

  it('looks ids up where nobody has said which batch comes next, and where another came than was said', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    for (const round of ROUNDS) {
      await engine.step(mixedBatch(round), { next: mixedBatch(round + 1) })
      await plain.step(mixedBatch(round))
    }
    expect(engine.state.digest()).toBe(await plain.state.digest())
    await engine.close()
  })

  it('takes cuts of any size, one after the other', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    await engine.crew.scaleTo(2)
    for (const count of [3, 40, 1, 17, 64]) {
      const batch = mixedBatch(count, count)
      const [ours, expected] = [await engine.step(batch), await plain.step(batch)]
      expect(ours).toEqual(expected)
      expect(engine.state.digest()).toBe(plain.state.digest())
    }
    await engine.close()
  })

  it('moves no weight where the plain one moves none', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    const bad = mixedBatch(2)
    bad.columns.weights[3] = Infinity
    for (const batch of [mixedBatch(1), bad, mixedBatch(3)]) {
      const [ours, expected] = [await engine.step(batch), await plain.step(batch)]
      expect([ours.isApplied, ours.step]).toEqual([expected.isApplied, expected.step])
      expect(await engine.probe(batch, 2, 5)).toBe(await plain.probe(batch, 2, 5))
      expect(engine.state.digest()).toBe(plain.state.digest())
    }
    await engine.close()
  })

  it('goes on with the rows of an engine before it, and tells new workers of all of them', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    await engine.crew.scaleTo(2)
    for (const each of [engine, plain]) await each.step(mixedBatch(1))
    const next = await openSharedEngine(model, { ...tools, start: testThreads, predecessor: engine.state })
    const plainNext = await openEngine(model, { ...tools, predecessor: plain.state })
    await engine.close()
    expect(engine.crew.isClosed).toBe(true)
    await next.crew.scaleTo(3)
    for (const each of [next, plainNext]) await each.step(mixedBatch(2))
    expect(next.state.digest()).toBe(plainNext.state.digest())
    await next.close()
  })

  it('goes on from a restore, though it had looked ids up for what would have come next', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    await engine.crew.scaleTo(2)
    await plain.step(mixedBatch(1))
    const parts = [...plain.state.parts()].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
    const [first, second] = [mixedBatch(4), mixedBatch(5)]
    await engine.step(first, { next: second })
    await engine.state.restore(parts)
    await engine.step(second)
    await plain.step(second)
    expect(engine.state.digest()).toBe(plain.state.digest())
    await engine.close()
  })

  it('goes on from a deletion, though it had looked ids up for what would come next', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    await engine.crew.scaleTo(2)
    const [first, second] = [mixedBatch(4), mixedBatch(5)]
    for (const each of [engine, plain]) {
      await each.step(first, { next: second })
      expect(each.state.tables[0].delete(second.ids.history, 10)).toBeGreaterThan(2)
      await each.step(second)
    }
    expect(engine.state.digest()).toBe(plain.state.digest())
    await engine.close()
  })

  it('tells which ids had to go, as the plain one does', async () => {
    const forgetful = { ...tools, tables: FORGETFUL }
    const engine = await openSharedEngine(model, { ...forgetful, compile: compileInterpreted(), start: testThreads })
    const plain = await openEngine(model, forgetful)
    const gone: number[] = []
    for (const round of [...ROUNDS, ...ROUNDS]) {
      for (const each of [engine, plain]) await each.step(mixedBatch(round, 3))
      expect(engine.state.gone).toEqual(plain.state.gone)
      gone.push(...plain.state.gone.map(({ length }) => length))
    }
    expect(gone.filter((length) => length > 0).length).toBeGreaterThan(5)
    expect(engine.state.digest()).toBe(plain.state.digest())
    await engine.close()
  })

  it('takes a step for the second time from other parameters, after a restore to before it', async () => {
    const [engine, plain] = [await open(), await openEngine(model, tools)]
    await plain.step(mixedBatch(1))
    const parts = [...plain.state.parts()].map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }))
    for (const round of [4, 5]) await engine.step(mixedBatch(round))
    await engine.state.restore(parts)
    expect(await engine.step(mixedBatch(2))).toEqual(await plain.step(mixedBatch(2)))
    expect(engine.state.digest()).toBe(plain.state.digest())
    await engine.close()
  })

  it('admits ids by frequency as the plain one does', async () => {
    const admitting = { ...tools, admission: 2 }
    const [engine, plain] = [await openSharedEngine(model, { ...admitting, start: testThreads }), await openEngine(model, admitting)]
    await engine.crew.scaleTo(2)
    for (const round of [1, 2, 1, 3]) {
      await engine.step(mixedBatch(round))
      await plain.step(mixedBatch(round))
    }
    expect(plain.state.tables[0].size).toBeLessThan(30)
    expect(engine.state.digest()).toBe(plain.state.digest())
    expect(await engine.score(mixedBatch(2))).toEqual(await plain.score(mixedBatch(2)))
    await engine.close()
  })

  it('refuses a crew that cannot be', async () => {
    const engine = await open()
    await expect(engine.crew.scaleTo(0)).rejects.toThrow('workers is 0, but an engine has 1 to 16 workers')
    await expect(engine.crew.scaleTo(17)).rejects.toThrow('workers is 17')
    expect(engine.crew.size).toBe(1)
    await engine.close()
  })
})
