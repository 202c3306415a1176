import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type CarrierNotice, openEngine, openSharedEngine, threadsOf } from '@freshet/learner'
import { compileOnnx, graphHash } from '@freshet/onnx'
import { freePorts, sourceArguments, type SpawnedSource, spawnSource, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'
import { type CompileGraph, declareUpdate } from '@freshet/tensor'
import { carrierTo } from './carrier-to'
import { compileOtherwise } from './replica-process.fixture'
import { smallBatch, smallRanker } from './small-ranker.fixture'

const LOGICAL_SHARDS = 4
const execArgv = [...sourceArguments]
const model = smallRanker()

let directory: TemporaryDirectory
beforeAll(async () => void (directory = await temporaryDirectory()))
afterAll(() => directory[Symbol.asyncDispose]())

/** An engine of ONNX Runtime beside a plain one, and who computed how much. */
class Pair implements AsyncDisposable {
  steps = 0
  /** Shards that this process has computed. */
  own = 0
  readonly notices: (CarrierNotice & { address: string })[] = []

  private constructor(
    readonly engine: Awaited<ReturnType<typeof openSharedEngine>>,
    private readonly plain: Awaited<ReturnType<typeof openEngine>>,
  ) {}

  static async open(): Promise<Pair> {
    const tools = {
      update: declareUpdate({ optimiser: { kind: 'adam' }, parameters: model.parameters }),
      ...{ learningRate: 0.01, seed: 3, logicalShards: LOGICAL_SHARDS },
    }
    const compile: CompileGraph = async (spec) => {
      const runner = await compileOnnx()(spec)
      const isShard = spec === model.gradient
      return { release: () => runner.release(), run: (feeds) => (isShard && pair.own++, runner.run(feeds)) }
    }
    const start = threadsOf({ module: require.resolve('@freshet/onnx'), compiler: 'compileOnnx', execArgv })
    const pair = new Pair(
      await openSharedEngine(model, { ...tools, compile, start }),
      await openEngine(model, { ...tools, compile: compileOnnx() }),
    )
    return pair
  }

  invite(address: string, hash = graphHash(model.gradient)): Promise<number> {
    const onNotice = (notice: CarrierNotice): void => void this.notices.push({ ...notice, address })
    return this.engine.crew.invite(carrierTo({ address, graphHash: hash, onNotice, execArgv }))
  }

  /** Steps, on both sides, until something is so; the digests are equal. */
  async stepUntil(isSo: () => boolean): Promise<void> {
    do {
      this.steps++
      await this.engine.step(smallBatch(this.steps))
      await this.plain.step(smallBatch(this.steps))
      await setImmediate() // notices come then
    } while (!isSo())
    expect(this.engine.state.digest()).toBe(this.plain.state.digest())
  }

  /** Whether others have computed shards since then. */
  isHelpedSince({ steps, own }: { steps: number; own: number }): boolean {
    return this.own - own + 2 <= LOGICAL_SHARDS * (this.steps - steps)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close()
    await this.plain.close()
  }
}

interface Process {
  readonly hidden?: number
  readonly compiler?: () => CompileGraph
}

const replicaAt = (port: number, { hidden = 8, compiler = compileOnnx }: Process = {}): SpawnedSource =>
  spawnSource(path.join(__dirname, 'replica-process.fixture.ts'), [
    ...[directory.within(`${port}`), `127.0.0.1:${port}`, `${hidden}`, compiler.name],
  ])

describe('replicas over gRPC', () => {
  it('compute shards of an engine to the bits of the plain one, though they join, are killed, and come again', async () => {
    const [here, there] = await freePorts(2)
    await using pair = await Pair.open()
    const turn = (port: number): string | undefined => pair.notices.findLast(({ address }) => address.endsWith(`:${port}`))?.kind
    for (const port of [here, there]) await pair.invite(`127.0.0.1:${port}`)
    await pair.stepUntil(() => turn(here) === 'away' && turn(there) === 'away')
    expect(pair.own).toBe(LOGICAL_SHARDS * pair.steps)
    await using first = replicaAt(here)
    await using second = replicaAt(there)
    await Promise.all([first.next(), second.next()])
    await pair.stepUntil(() => turn(here) === 'admitted' && turn(there) === 'admitted')
    const joined = { steps: pair.steps, own: pair.own }
    await pair.stepUntil(() => pair.isHelpedSince(joined))
    first.kill()
    await pair.stepUntil(() => turn(here) === 'away')
    second.send('leave')
    await pair.stepUntil(() => turn(there) === 'away')
    await using again = replicaAt(here)
    await again.next()
    await pair.stepUntil(() => turn(here) === 'admitted')
  }, 120_000)

  it('count for nothing where one rounds otherwise, or builds another model', async () => {
    const [lying, other] = await freePorts(2)
    await using pair = await Pair.open()
    await using liar = replicaAt(lying, { compiler: compileOtherwise })
    await using stranger = replicaAt(other, { hidden: 16 })
    await Promise.all([liar.next(), stranger.next()])
    for (const port of [lying, other]) await pair.invite(`127.0.0.1:${port}`)
    await pair.stepUntil(() => pair.notices.length === 2)
    const reasonOf = (port: number) => pair.notices.find(({ address }) => address.endsWith(`:${port}`))
    expect(reasonOf(lying)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(
        /^scores\[1\] of a replica is 0\.\d+, but it is 0\.\d+ here, and a replica must compute the same bits; run replicas on/,
      ),
    })
    expect(reasonOf(other)).toMatchObject({
      kind: 'refused',
      reason: `graph_hash is '${graphHash(model.gradient)}', but this replica builds ${graphHash(smallRanker(16).gradient)} from its own dictionary; give both processes the same dictionary, model and version of Freshet`,
    })
  }, 120_000)
})
