import { join } from 'node:path'
import { InvalidFieldError } from '@freshet/kernel'
import { median, quantile } from './harness/quantile'
import { atLeast } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { openPeer, type Peer } from './step/peer'
import { SequenceGradients, SHARD } from './transformer/sequence-gradients'
import { makeWork, SIZES, writeWork, type SequenceWork } from './transformer/work'

/** How long a comparison is. */
interface Effort {
  readonly rounds: number
  readonly steps: number
}

const FULL: Effort = { rounds: 15, steps: 10 }
const QUICK: Effort = { rounds: 3, steps: 3 }
const PEER_SCRIPT = join(__dirname, '..', 'peers', 'transformer.py')
const TOKENS = SIZES.batch * SIZES.positions

/** Loss and all gradients of the sequence model on one thread, beside PyTorch's, round by round, on the same batch, from the same parameters. */
async function transformer(scope: BenchScope) {
  const { rounds, steps } = scope.isQuick ? QUICK : FULL
  const work = makeWork()
  const ours = await SequenceGradients.open(work)
  const loss = await ours.loss()
  await using peer = await openPyTorch(scope, work, loss)
  const speeds: { readonly ours: number; readonly theirs: number | null }[] = []
  for (let round = 1; round <= rounds; round++) {
    const speed = (seconds: number): number => (steps * TOKENS) / seconds
    const measured = { ours: speed(await ours.run(steps)), theirs: peer ? speed(await peer.run(steps)) : null }
    speeds.push(measured)
    scope.say(`round ${round}: ${perSecond(measured.ours)}${measured.theirs === null ? '' : `, PyTorch ${perSecond(measured.theirs)}`}`)
  }
  const own = speeds.map((round) => round.ours)
  const ratios = speeds.flatMap((round) => (round.theirs === null ? [] : [round.ours / round.theirs]))
  const { positions, layers, width, batch } = SIZES
  scope.say(
    `${positions} positions, ${layers} layers, ${width} wide, batch ${batch} in shards of ${SHARD}, one thread, loss ${loss.toFixed(4)};`,
  )
  scope.say(`half of the rounds within ${perSecond(quantile(own, 0.25))} to ${perSecond(quantile(own, 0.75))}`)
  return {
    tokens_per_s: { value: Math.round(median(own)), unit: 'tokens/s' },
    ratio_to_pytorch: { value: ratios.length > 0 ? median(ratios) : null, unit: 'ratio', goal: atLeast(1) },
  }
}

/** Starts the peer, and holds its loss to ours: both do the same work. */
async function openPyTorch({ say, directory }: BenchScope, work: SequenceWork, loss: number): Promise<Peer | undefined> {
  const interpreter = process.env.FRESHET_BENCH_PYTHON
  if (!interpreter) {
    say('no PyTorch beside it: FRESHET_BENCH_PYTHON names no Python that has it')
    return undefined
  }
  writeWork(directory, work)
  const peer = await openPeer({ interpreter, script: PEER_SCRIPT, args: [directory], say })
  say(`beside ${peer.description}`)
  const theirs = Number(/loss (\S+)$/.exec(peer.description)?.[1])
  if (Math.abs(theirs - loss) < 1e-4 * loss) return peer
  const rule = `the same batch has a loss of ${loss}`
  throw new InvalidFieldError({ field: 'loss of the peer', value: theirs, rule, remedy: 'hold peers/transformer.py to libs/model' })
}

const perSecond = (speed: number): string => `${Math.round(speed).toLocaleString('en-US')} tokens/s`

void runBench('transformer', transformer).then((code) => process.exit(code))
