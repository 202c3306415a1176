import { graphHash } from '@freshet/onnx'
import { EngineSteps, openEngineOf } from './engine/engine-steps'
import { median, quantile } from './harness/quantile'
import { atLeast, exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { type Crew, THREADS, withReplica } from './scale/crews'
import { RemoteReplica } from './scale/remote-replica'
import { stepBatch, wideAndDeep } from './step/wide-and-deep'
import { makeBatches, SHAPE } from './step/work'

/** How long a comparison is. */
interface Effort {
  readonly rows: number
  readonly batches: number
  readonly rounds: number
  readonly steps: number
  /** Steps whose digests are compared, on a table of `provenRows`. */
  readonly proven: number
  readonly provenRows: number
}

const FULL: Effort = { rows: 1_000_000, batches: 16, rounds: 9, steps: 15, proven: 96, provenRows: 100_000 }
const QUICK: Effort = { rows: 100_000, batches: 8, rounds: 3, steps: 3, proven: 20, provenRows: 20_000 }
const DENSE_HEAVY = [1024, 512, 256] // 1.05 M dense parameters: the graph takes nine tenths of a step
const LOGICAL_SHARDS = 4
const SPEEDUP_MIN = 1.7
const PATIENCE_MS = 1500 // a step, until a replica was dialled again, has compiled its graph and proven itself

/** Two workers beside one, round by round on the same engine; then the digests that any crew comes to. */
async function scale(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const { speedups, alone } = await raceCrews(scope, effort)
  scope.say(`half of the rounds within ${quantile(speedups, 0.25).toFixed(2)} to ${quantile(speedups, 0.75).toFixed(2)} times`)
  return {
    speedup_2: { value: median(speedups), unit: 'times', goal: atLeast(SPEEDUP_MIN) },
    digest_equal: { value: (await isOneDigest(scope, effort)) ? 1 : 0, unit: 'equal', goal: exactly(1), isJudgedQuick: true },
    alone_per_s: { value: Math.round(median(alone)), unit: 'examples/s' },
  }
}

/** By round: how much faster two workers are than one, and examples a second of the one. */
async function raceCrews(scope: BenchScope, { rows, batches, rounds, steps }: Effort) {
  const engine = await openEngineOf({ model: wideAndDeep(DENSE_HEAVY), rows, logicalShards: LOGICAL_SHARDS })
  const taken = new EngineSteps(engine, makeBatches({ rows, batches }).map(stepBatch))
  const speedups: number[] = []
  const alone: number[] = []
  await taken.run(steps)
  for (let round = 1; round <= rounds; round++) {
    const seconds: number[] = []
    for (const workers of [1, 2]) {
      await engine.crew.scaleTo(workers)
      await taken.run(1)
      seconds.push((await taken.run(steps)).seconds)
    }
    speedups.push(seconds[0] / seconds[1])
    alone.push((steps * SHAPE.batch) / seconds[0])
    const perS = Math.round(alone[round - 1]).toLocaleString('en-US')
    scope.say(`round ${round}: ${perS} examples/s alone, ${speedups[round - 1].toFixed(2)} times that with two`)
  }
  await engine.close()
  return { speedups, alone }
}

/** Whether every crew comes to one digest. */
async function isOneDigest(scope: BenchScope, { provenRows: rows, batches, proven }: Effort): Promise<boolean> {
  const model = wideAndDeep()
  const work = makeBatches({ rows, batches }).map(stepBatch)
  await using replica = new RemoteReplica(scope.directory)
  const schedule = { killedAt: Math.floor(proven / 3), startedAt: Math.floor(proven / 2), patienceMs: PATIENCE_MS }
  const digests = new Set<string>()
  const crews: readonly Crew[] = [...THREADS, withReplica(replica, graphHash(model.gradient), schedule)]
  for (const { name, before, isShown } of crews) {
    const engine = await openEngineOf({ model, rows, logicalShards: LOGICAL_SHARDS })
    const taken = new EngineSteps(engine, work)
    for (let step = 0; step < proven; step++) {
      await before(engine, step)
      await taken.run(1)
    }
    const digest = isShown?.() === false ? 'not shown' : engine.state.digest()
    digests.add(digest)
    scope.say(`${name}: ${digest.slice(0, 16)}, ${engine.recomputed} shards computed again`)
    await engine.close()
  }
  return digests.size === 1
}

void runBench('scale', scale).then((code) => process.exit(code))
