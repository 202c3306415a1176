import { setImmediate } from 'node:timers/promises'
import { PreconditionError } from '@freshet/kernel'
import { type FakeClock, fakeClock } from '@freshet/testing'
import { type CompileGraph, interpretGraph } from '@freshet/tensor'
import type { StepBatch } from '../engine'
import { mixedBatch, mixedModel, mixedTools } from '../mixed-model.fixture'
import { openEngine } from '../plain-engine'
import { openSharedEngine, type SharedEngine } from '../shared/shared-engine'
import { TaskBoard } from '../shared/task-board'
import type { StartThread } from '../shared/thread'
import type { WorkerNews } from '../shared/worker'
import { type CarrierNotice, carry } from './carrier'
import { FakeReplica, GRAPH_HASH } from './fake-replica.fixture'

const TURNS_MAX = 5000

/** An engine whose carriers live in the test's own thread: the owner lets them have their turn before each shard that it computes itself. */
export class CarrierRoom implements AsyncDisposable {
  readonly notices: CarrierNotice[] = []
  readonly clock: FakeClock = fakeClock()
  readonly model = mixedModel()
  board: TaskBoard | undefined
  /** What the owner waits for before it computes a shard: nothing unless a test says so. */
  patience: () => boolean = () => true
  private constructor(
    readonly logicalShards: number,
    private opened?: SharedEngine,
  ) {}

  static async open({ logicalShards = 4, lateMs = 1 } = {}): Promise<CarrierRoom> {
    const room = new CarrierRoom(logicalShards)
    const compile: CompileGraph = async (spec) => {
      const runner = await interpretGraph(spec)
      const isWaited = spec.name.includes('gradient')
      return {
        release: () => runner.release(),
        run: async (feeds) => {
          if (isWaited) await turns(() => room.patience())
          return runner.run(feeds)
        },
      }
    }
    const start: StartThread = () => ({ ready: Promise.resolve(), post: () => undefined, onEnd: (listener) => listener() })
    room.opened = await openSharedEngine(room.model, { ...room.tools, compile, start, lateMs })
    return room
  }

  get engine(): SharedEngine {
    return this.opened as SharedEngine
  }

  get tools() {
    return mixedTools(this.model, { logicalShards: this.logicalShards })
  }

  /** A replica, and the carrier that has it compute. */
  async invite(changed: Partial<FakeReplica> = {}): Promise<{ replica: FakeReplica; worker: number }> {
    const replica = Object.assign(new FakeReplica(this.model.gradient), changed)
    return { replica, worker: await this.engine.crew.invite(this.carrierTo(replica)) }
  }

  /** Steps here and on a plain engine; what both came to. */
  async digests(
    batches: readonly StepBatch[],
    before: (i: number) => unknown = () => undefined,
  ): Promise<[shared: string[], plain: string[]]> {
    const plain = await openEngine(this.model, this.tools)
    const digests: [string[], string[]] = [[], []]
    for (const [i, batch] of batches.entries()) {
      await before(i)
      await this.engine.step(batch)
      await plain.step(batch)
      digests[0].push(this.engine.state.digest())
      digests[1].push(plain.state.digest())
    }
    return digests
  }

  /** What a plain engine comes to. */
  async plainDigest(batches: readonly StepBatch[]): Promise<string> {
    const plain = await openEngine(this.model, this.tools)
    for (const batch of batches) await plain.step(batch)
    return plain.state.digest()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened?.close()
  }

  private carrierTo(replica: FakeReplica): StartThread {
    return (beginning) => {
      const board = new TaskBoard(beginning.board)
      this.board = board
      const news: WorkerNews[] = []
      const ended = carry(beginning, {
        ...{ graphHash: GRAPH_HASH, answerMs: 10_000, clock: this.clock, compile: interpretGraph, dial: replica.dial },
        receive: () => news.shift(),
        tell: (notice) => void this.notices.push(notice),
      })
      return {
        ready: Promise.resolve(),
        post: (each) => void news.push(each),
        onEnd: (listener) => void ended.then(() => listener()),
      }
    }
  }
}

/** Lets others have their turn until something is so; fails where it never is. */
export async function turns(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > TURNS_MAX) throw new PreconditionError(`never so: ${String(isSo)}`, 'look at what it waits for')
    await setImmediate()
  }
}

/** Batches of a test, all different. */
export const batchesOf = (...rounds: readonly number[]): StepBatch[] => rounds.map((round) => mixedBatch(round))
