import fc from 'fast-check'
import { FORGETFUL, mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { openSharedEngine } from './shared-engine'
import { testThreads } from './threads.fixture'

const model = mixedModel()

/** What may happen between two steps. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('scale' as const), to: fc.integer({ min: 1, max: 4 }), isAwaited: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), to: fc.nat(3), isAwaited: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('none' as const), to: fc.constant(0), isAwaited: fc.constant(false) }) },
)
const step = fc.record({ round: fc.nat(9), count: fc.integer({ min: 1, max: 24 }), isForetold: fc.boolean(), event })

describe('whatever comes', () => {
  it('the shared engine is the plain one: any cuts, any crew that joins, leaves and dies, any number of shards, tables that forget', async () => {
    const parts = [fc.array(step, { minLength: 2, maxLength: 6 }), fc.integer({ min: 1, max: 6 }), fc.boolean()] as const
    await fc.assert(
      fc.asyncProperty(...parts, async (steps, logicalShards, isForgetful) => {
        const tools = mixedTools(model, { logicalShards, ...(isForgetful ? { tables: FORGETFUL } : {}) })
        const [engine, plain] = [await openSharedEngine(model, { ...tools, start: testThreads }), await openEngine(model, tools)]
        const batches = steps.map(({ round, count }) => mixedBatch(round, count))
        for (const [i, { event: happens, isForetold }] of steps.entries()) {
          const happening = happens.kind === 'scale' ? engine.crew.scaleTo(happens.to) : engine.crew.kill(engine.crew.workers[happens.to])
          if (happens.isAwaited) await happening
          const ours = await engine.step(batches[i], { next: isForetold ? batches[i + 1] : undefined })
          expect(ours).toEqual(await plain.step(batches[i]))
          await happening
        }
        expect(engine.state.digest()).toBe(plain.state.digest())
        await engine.close()
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})
