import { join } from 'node:path'
import { EngineSteps, openEngineOf } from './engine/engine-steps'
import type { Spent } from './engine/spent'
import { quantile, median } from './harness/quantile'
import { atLeast } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { openPeer, type Peer } from './step/peer'
import { stepBatch, wideAndDeep } from './step/wide-and-deep'
import { makeBatches, type RawBatch, SHAPE, type StepWork, writeBatches } from './step/work'

/** How long a comparison is. */
interface Effort extends StepWork {
  readonly rounds: number
  readonly steps: number
}

const FULL: Effort = { rows: 10_000_000, batches: 64, rounds: 9, steps: 100 }
const QUICK: Effort = { rows: 1_000_000, batches: 16, rounds: 3, steps: 30 }
const WARM_UP_STEPS = 16
const WORKERS = 2 // as many as the peer has threads
const LOGICAL_SHARDS = 2 // as few as there are workers: each run of the graph has a price of its own
const RATIO_FLOOR = 1.2 // and 1.5 is the goal
const PEER_SCRIPT = join(__dirname, '..', 'peers', 'step.py')

/** The Wide & Deep step, beside PyTorch's where a Python that has it is named: one after the other, round by round, on the same batches. */
async function step(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const batches = makeBatches(effort)
  scope.say(`filling a table of ${effort.rows.toLocaleString('en-US')} rows of ${SHAPE.dimensions} and a wide weight`)
  const engine = await openEngineOf({ model: wideAndDeep(), rows: effort.rows, logicalShards: LOGICAL_SHARDS })
  await engine.crew.scaleTo(WORKERS)
  const ours = new EngineSteps(engine, batches.map(stepBatch))
  await ours.run(WARM_UP_STEPS)
  await using peer = await openPyTorch(scope, effort, batches)
  const rounds: { readonly ours: Speed; readonly theirs: Speed | null }[] = []
  for (let round = 1; round <= effort.rounds; round++) {
    const measured = {
      ours: speedOf(effort, await ours.run(effort.steps)),
      theirs: peer ? speedOf(effort, await peer.spend(effort.steps)) : null,
    }
    rounds.push(measured)
    const beside = measured.theirs === null ? '' : `, PyTorch ${spell(measured.theirs)}`
    scope.say(`round ${round}: ${spell(measured.ours)}${beside}, loss ${ours.loss.toFixed(4)}`)
  }
  await engine.close()
  const speeds = rounds.map((round) => round.ours.wall)
  const ratios = (by: keyof Speed): number[] =>
    rounds.flatMap((round) => (round.theirs === null ? [] : [round.ours[by] / round.theirs[by]]))
  const ratio = (by: keyof Speed): number | null => (ratios(by).length > 0 ? median(ratios(by)) : null)
  scope.say(`${WORKERS} workers, L = ${LOGICAL_SHARDS} logical shards, chain on; half of the rounds within ${spread(speeds)} examples/s`)
  return {
    examples_per_s: { value: Math.round(median(speeds)), unit: 'examples/s' },
    ratio_to_pytorch: { value: ratio('wall'), unit: 'ratio', goal: atLeast(RATIO_FLOOR) },
    per_core: { value: Math.round(median(rounds.map((round) => round.ours.perCore))), unit: 'examples/s of one core' },
    per_core_ratio: { value: ratio('perCore'), unit: 'ratio' },
  }
}

/** Examples a second by the clock, and by each second of a core. */
interface Speed {
  readonly wall: number
  readonly perCore: number
}

const speedOf = ({ steps }: Effort, { seconds, cpuSeconds }: Spent): Speed => ({
  wall: (steps * SHAPE.batch) / seconds,
  perCore: (steps * SHAPE.batch) / cpuSeconds,
})

async function openPyTorch({ say, directory }: BenchScope, effort: Effort, batches: readonly RawBatch[]): Promise<Peer | undefined> {
  const interpreter = process.env.FRESHET_BENCH_PYTHON
  if (!interpreter) {
    say('no PyTorch beside it: FRESHET_BENCH_PYTHON names no Python that has it')
    return undefined
  }
  writeBatches(directory, batches)
  const args = [directory, String(effort.rows), String(SHAPE.slots), String(SHAPE.dimensions), SHAPE.hidden.join(','), String(SHAPE.batch)]
  const peer = await openPeer({ interpreter, script: PEER_SCRIPT, args, say })
  say(`beside ${peer.description}`)
  return peer
}

const perSecond = (speed: number): string => `${Math.round(speed).toLocaleString('en-US')} examples/s`
const spell = ({ wall, perCore }: Speed): string => `${perSecond(wall)} (${Math.round(perCore).toLocaleString('en-US')} a core)`
const spread = (speeds: readonly number[]): string =>
  `${perSecond(quantile(speeds, 0.25))} to ${perSecond(quantile(speeds, 0.75))}`.replaceAll(' examples/s', '')

void runBench('step', step).then((code) => process.exit(code))
