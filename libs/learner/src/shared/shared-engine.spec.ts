import { mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { openSharedEngine, type SharedEngine } from './shared-engine'
import { testThreads } from './threads.fixture'

const model = mixedModel()
const tools = mixedTools(model)
const ROUNDS = [1, 2, 3, 2, 4, 5, 1, 6]

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

const open = () => openSharedEngine(model, { ...tools, start: testThreads })

describe('an engine that shares its work', () => {
  it.each([1, 2, 3, 4])('comes to the digests of the plain one, step by step, with %d workers', async (workers) => {
    const engine = await open()
    await engine.crew.scaleTo(workers)
    expect(await sharedDigests(engine)).toEqual(await plainDigests())
    await engine.close()
  })
})
