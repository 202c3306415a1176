import { declareUpdate, interpretGraph, type CompileGraph } from '@freshet/tensor'
import { mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { TASK } from './memory'
import { openSharedEngine } from './shared-engine'
import { StrickenWorker } from './stricken-worker.fixture'

const model = mixedModel()
/** A gradient that is bounded takes the update's graph, by which the owner is met while others learn rows. */
const tools = mixedTools(model, { update: declareUpdate({ optimiser: { kind: 'adam' }, parameters: model.parameters, clipNorm: 1000 }) })

/** An engine and a worker that acts whenever the owner runs a graph of this name. */
async function openBeside(worker: StrickenWorker, graph: RegExp, act: () => void) {
  const compile: CompileGraph = async (spec) => {
    const runner = await interpretGraph(spec)
    return {
      release: () => runner.release(),
      run: async (feeds) => {
        if (graph.test(spec.name)) act()
        return runner.run(feeds)
      },
    }
  }
  const engine = await openSharedEngine(model, { ...tools, compile, start: worker.start, lateMs: 1 })
  await engine.crew.scaleTo(2)
  return engine
}

async function plainDigest(rounds: readonly number[]): Promise<string> {
  const plain = await openEngine(model, tools)
  for (const round of rounds) await plain.step(mixedBatch(round))
  return plain.state.digest()
}

describe('an engine beside a stricken worker', () => {
  it('computes one shard again when a worker is slow with it, and lets the slow one write nothing', async () => {
    const worker = new StrickenWorker()
    const kinds: number[] = []
    let slow = -1
    const engine = await openBeside(worker, /gradient/, () => {
      if (slow >= 0) return
      const { task, kind } = worker.claim()
      slow = task
      kinds.push(kind)
    })
    await engine.step(mixedBatch(1))
    expect(kinds).toEqual([TASK.shard])
    expect(engine.recomputed).toBe(1)
    expect(worker.views?.board.beginWriting(slow, 1, worker.views.board.phase)).toBe(false)
    await engine.step(mixedBatch(2))
    expect(engine.recomputed).toBe(1)
    expect(engine.state.digest()).toBe(await plainDigest([1, 2]))
  })

  it('puts back the records that a worker was changing when it died, and learns them itself', async () => {
    const worker = new StrickenWorker()
    let spoilt = -1
    const engine = await openBeside(worker, /update/, () => {
      if (spoilt >= 0) return
      const { task, kind } = worker.claim()
      spoilt = kind
      worker.spoil(task)
      worker.die()
    })
    for (const round of [1, 2, 3]) await engine.step(mixedBatch(round))
    expect(spoilt).toBe(TASK.rows)
    expect(engine.recomputed).toBe(0)
    expect(engine.crew.size).toBe(1)
    expect(engine.state.digest()).toBe(await plainDigest([1, 2, 3]))
  })

  it('does what a worker had claimed and not begun when it died', async () => {
    const worker = new StrickenWorker()
    let claimed = -1
    const engine = await openBeside(worker, /update/, () => {
      if (claimed >= 0) return
      claimed = worker.claim().task
      worker.die()
    })
    for (const round of [1, 2]) await engine.step(mixedBatch(round))
    expect(claimed).toBeGreaterThanOrEqual(0)
    expect(engine.state.digest()).toBe(await plainDigest([1, 2]))
  })
})
