import { setImmediate } from 'node:timers/promises'
import type { SharedEngine } from '@freshet/learner'
import { EngineSteps, openEngineOf } from './engine/engine-steps'
import { median, quantile } from './harness/quantile'
import { atLeast, exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { stepBatch, wideAndDeep } from './step/wide-and-deep'
import { makeBatches, SHAPE } from './step/work'

/** How long a comparison is. */
interface Effort {
  readonly rows: number
  readonly batches: number
  readonly rounds: number
  readonly steps: number
  /** Steps whose digests are compared. */
  readonly proven: number
}

const FULL: Effort = { rows: 1_000_000, batches: 16, rounds: 11, steps: 20, proven: 120 }
const QUICK: Effort = { rows: 100_000, batches: 8, rounds: 3, steps: 5, proven: 24 }
const DENSE_HEAVY = [1024, 512, 256] // 1.05 M dense parameters: the graph takes nine tenths of a step
const LOGICAL_SHARDS = 4
const SPEEDUP_MIN = 1.7

/** Two workers beside one, round by round on the same engine; then the digests that any crew comes to. */
async function scale(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const batches = makeBatches(effort).map(stepBatch)
  const open = (rows: number) => openEngineOf({ model: wideAndDeep(DENSE_HEAVY), rows, logicalShards: LOGICAL_SHARDS })
  const engine = await open(effort.rows)
  const steps = new EngineSteps(engine, batches)
  const speedups: number[] = []
  const alone: number[] = []
  await steps.run(effort.steps)
  for (let round = 1; round <= effort.rounds; round++) {
    const seconds: number[] = []
    for (const workers of [1, 2]) {
      await engine.crew.scaleTo(workers)
      await steps.run(2)
      seconds.push((await steps.run(effort.steps)).seconds)
    }
    speedups.push(seconds[0] / seconds[1])
    alone.push((effort.steps * SHAPE.batch) / seconds[0])
    scope.say(
      `round ${round}: ${Math.round(alone[round - 1]).toLocaleString('en-US')} examples/s alone, ${speedups[round - 1].toFixed(2)} times that with two`,
    )
  }
  await engine.close()
  scope.say(`half of the rounds within ${quantile(speedups, 0.25).toFixed(2)} to ${quantile(speedups, 0.75).toFixed(2)} times`)
  const digests = new Set<string>()
  for (const [name, crew] of Object.entries(CREWS)) {
    const each = await open(effort.rows / 10)
    const taken = new EngineSteps(each, batches)
    for (let step = 0; step < effort.proven; step++) {
      await crew(each, step)
      await taken.run(1)
    }
    digests.add(each.state.digest())
    scope.say(`${name}: ${each.state.digest().slice(0, 16)}, ${each.recomputed} shards computed again`)
    await each.close()
  }
  return {
    speedup_2: { value: median(speedups), unit: 'times', goal: atLeast(SPEEDUP_MIN) },
    digest_equal: { value: digests.size === 1 ? 1 : 0, unit: 'equal', goal: exactly(1), isJudgedQuick: true },
    alone_per_s: { value: Math.round(median(alone)), unit: 'examples/s' },
  }
}

/** Who is there at which step. */
const CREWS: Readonly<Record<string, (engine: SharedEngine, step: number) => Promise<void>>> = {
  'one worker': async () => undefined,
  'two workers': ({ crew }) => crew.scaleTo(2),
  'four workers': ({ crew }) => crew.scaleTo(4),
  'joins and leaves under way': async ({ crew }, step) => void crew.scaleTo(1 + ((step * 7) % 4)),
  // the kill falls somewhere into the step that follows
  'kills under way': async ({ crew }, step) => {
    if (crew.size < 3) await crew.scaleTo(3)
    void setImmediate().then(() => crew.kill(crew.workers[step % crew.workers.length]))
  },
}

void runBench('scale', scale).then((code) => process.exit(code))
