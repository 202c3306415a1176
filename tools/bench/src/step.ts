import { join } from 'node:path'
import { quantile, median } from './harness/quantile'
import { type BenchScope, runBench } from './harness/run-bench'
import { openPeer, type Peer } from './step/peer'
import { LOGICAL_SHARDS, WideAndDeepSteps } from './step/wide-and-deep'
import { makeBatches, type RawBatch, SHAPE, type StepWork, writeBatches } from './step/work'

/** How long a comparison is. */
interface Effort extends StepWork {
  readonly rounds: number
  readonly steps: number
}

const FULL: Effort = { rows: 10_000_000, batches: 64, rounds: 9, steps: 100 }
const QUICK: Effort = { rows: 1_000_000, batches: 16, rounds: 3, steps: 30 }
const WARM_UP_STEPS = 16
const PEER_SCRIPT = join(__dirname, '..', 'peers', 'step.py')

/** The Wide & Deep step, beside PyTorch's where a Python that has it is named: one after the other, round by round, on the same batches. */
async function step(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const batches = makeBatches(effort)
  scope.say(`filling a table of ${effort.rows.toLocaleString('en-US')} rows of ${SHAPE.dimensions} and a wide weight`)
  const ours = await WideAndDeepSteps.open(effort, batches)
  await ours.run(WARM_UP_STEPS)
  await using peer = await openPyTorch(scope, effort, batches)
  const rounds: { readonly ours: number; readonly theirs: number | null }[] = []
  for (let round = 1; round <= effort.rounds; round++) {
    const speed = (seconds: number): number => (effort.steps * SHAPE.batch) / seconds
    const measured = { ours: speed(await ours.run(effort.steps)), theirs: peer ? speed(await peer.run(effort.steps)) : null }
    rounds.push(measured)
    const beside = measured.theirs === null ? '' : `, PyTorch ${perSecond(measured.theirs)}`
    scope.say(`round ${round}: ${perSecond(measured.ours)}${beside}, loss ${ours.loss.toFixed(4)}`)
  }
  const speeds = rounds.map((round) => round.ours)
  const ratios = rounds.flatMap((round) => (round.theirs === null ? [] : [round.ours / round.theirs]))
  scope.say(`one thread, L = ${LOGICAL_SHARDS} logical shards, chain on; half of the rounds within ${spread(speeds)} examples/s`)
  return {
    examples_per_s: { value: Math.round(median(speeds)), unit: 'examples/s' },
    ratio_to_pytorch: { value: ratios.length > 0 ? median(ratios) : null, unit: 'ratio' },
  }
}

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
const spread = (speeds: readonly number[]): string =>
  `${perSecond(quantile(speeds, 0.25))} to ${perSecond(quantile(speeds, 0.75))}`.replaceAll(' examples/s', '')

void runBench('step', step).then((code) => process.exit(code))
