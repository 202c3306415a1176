import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KINDS, SHAPE, writeBatches, type Kind } from './billion/work'
import type { Spent } from './engine/spent'
import { median, quantile } from './harness/quantile'
import { atLeast, atMost, exactly, type Measured } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { openPeer, type Peer } from './step/peer'

/** How long a comparison is. */
interface Effort {
  readonly rows: number
  readonly batches: number
  readonly rounds: number
  readonly steps: number
  /** Before anything is measured. */
  readonly warmUpSteps: number
}

const FULL: Effort = { rows: 15_625_000, batches: 32, rounds: 7, steps: 60, warmUpSteps: 16 } // rows of 64: a billion parameters
const QUICK: Effort = { rows: 312_500, batches: 8, rounds: 3, steps: 10, warmUpSteps: 4 }
const OURS = join(__dirname, 'billion', 'ours.js')
const PEER_SCRIPT = join(__dirname, '..', 'peers', 'billion.py')
const [RATIO_MIN, RESIDENT_RATIO_MAX, RESIDENT_GB_MAX] = [1.5, 0.57, 5]

/** A step over a table of a billion parameters, beside PyTorch's where a Python that has it is named; both in processes of their own. */
async function billion(scope: BenchScope) {
  const effort = scope.isQuick ? QUICK : FULL
  const file = join(scope.directory, 'state.safetensors')
  writeBatches(scope.directory, effort.rows, effort.batches)
  const ours = await openOurs(scope, effort)
  const theirs = await openPyTorch(scope, effort)
  const speeds: Record<string, Measured> = {}
  const ratios: number[] = []
  for (const kind of KINDS) {
    for (const peer of [ours, theirs]) await peer?.spend(effort.warmUpSteps, kind)
    const rounds = await compare(scope, { effort, kind, ours, theirs })
    const measured = rounds.flatMap((round) => (round.theirs === null ? [] : [round.ours / round.theirs]))
    const name = kind.replace('-', '_')
    speeds[`${name}_per_s`] = { value: Math.round(median(rounds.map((round) => round.ours))), unit: 'examples/s' }
    speeds[`${name}_ratio`] = { value: measured.length > 0 ? median(measured) : null, unit: 'ratio', goal: atLeast(RATIO_MIN) }
    if (measured.length > 0) ratios.push(median(measured))
  }
  const theirGb = theirs ? residentGb(theirs.pid) : null
  await theirs?.[Symbol.asyncDispose]()
  const saveSeconds = Number(await ours.ask(`save ${file}`))
  const residentOurs = residentGb(ours.pid)
  const digest = await ours.ask('digest')
  await ours[Symbol.asyncDispose]()
  const read = await openOurs(scope, effort, file)
  const isSame = (await read.ask('digest')) === digest
  await read[Symbol.asyncDispose]()
  rmSync(file)
  return {
    ratio_to_pytorch: { value: ratios.length > 0 ? Math.min(...ratios) : null, unit: 'ratio, the lesser', goal: atLeast(RATIO_MIN) },
    ...speeds,
    resident_gb: { value: residentOurs, unit: '10⁹ bytes', goal: atMost(RESIDENT_GB_MAX) },
    resident_ratio: { value: theirGb === null ? null : residentOurs / theirGb, unit: 'ratio', goal: atMost(RESIDENT_RATIO_MAX) },
    save_s: { value: saveSeconds, unit: 's' },
    load_s: { value: Number(/in (\S+) s$/.exec(read.description)?.[1] ?? NaN), unit: 's' },
    digest_equal: { value: isSame ? 1 : 0, unit: 'equal', goal: exactly(1), isJudgedQuick: true },
  }
}

interface Comparison {
  readonly effort: Effort
  readonly kind: Kind
  readonly ours: Peer
  readonly theirs: Peer | undefined
}

async function compare({ say }: BenchScope, { effort: { rounds, steps }, kind, ours, theirs }: Comparison) {
  const speed = ({ seconds }: Spent): number => (steps * SHAPE.batch) / seconds
  const measured: { readonly ours: number; readonly theirs: number | null }[] = []
  for (let round = 1; round <= rounds; round++) {
    const [own, other] = [await ours.spend(steps, kind), theirs && (await theirs.spend(steps, kind))]
    measured.push({ ours: speed(own), theirs: other ? speed(other) : null })
    const cpu = (spent: Spent): string =>
      `${Math.round(speed(spent)).toLocaleString('en-US')}/s, ${((1000 * spent.cpuSeconds) / steps).toFixed(1)} ms of a core a step`
    say(`${kind}, round ${round}: ${cpu(own)}${other ? `; PyTorch ${cpu(other)}` : ''}`)
  }
  const speeds = measured.map((round) => round.ours)
  say(`${kind}: half of the rounds within ${Math.round(quantile(speeds, 0.25))} to ${Math.round(quantile(speeds, 0.75))} examples/s`)
  return measured
}

async function openOurs({ say }: BenchScope, { rows, batches }: Effort, file?: string): Promise<Peer> {
  say(file ? 'reading the state back' : `filling a table of ${rows.toLocaleString('en-US')} rows of ${SHAPE.dimensions}`)
  const args = [String(rows), String(batches), ...(file ? [file] : [])]
  const ours = await openPeer({ interpreter: process.execPath, script: OURS, args, say })
  say(ours.description)
  return ours
}

async function openPyTorch({ say, directory }: BenchScope, { rows }: Effort): Promise<Peer | undefined> {
  const interpreter = process.env.FRESHET_BENCH_PYTHON
  if (!interpreter) {
    say('no PyTorch beside it: FRESHET_BENCH_PYTHON names no Python that has it')
    return undefined
  }
  const args = [directory, String(rows), String(SHAPE.dimensions), String(SHAPE.batch), String(SHAPE.shards), KINDS.join(',')]
  const peer = await openPeer({ interpreter, script: PEER_SCRIPT, args, say })
  say(`beside ${peer.description}`)
  return peer
}

/** The most memory that a process ever had, in 10⁹ bytes. Source: proc_pid_status(5). */
const residentGb = (pid: number): number =>
  (Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e9

void runBench('billion', billion).then((code) => process.exit(code))
