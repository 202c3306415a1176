import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { UnavailableError } from '@freshet/kernel'
import { atMost, exactly } from './harness/report'
import { type BenchScope, runBench } from './harness/run-bench'
import { writeCases } from './onnx-check/write-cases'

const PEER_SCRIPT = join(__dirname, '..', 'peers', 'onnx_check.py')
const LARGEST_DIFFERENCE = 1e-4 // of the largest value of its tensor: two releases of a runtime may add up in other orders

/** Whether what we write as ONNX is ONNX, and means elsewhere what it means here: by the checker, and by ONNX Runtime for Python. */
async function onnxCheck({ directory, say }: BenchScope) {
  const cases = await writeCases(directory)
  const found = checkElsewhere(directory, say)
  if (found) say(`${cases.length} graphs, by ${found.by}`)
  found?.refused.forEach((refusal) => say(refusal))
  return {
    graphs: { value: cases.length, unit: 'graphs' },
    refused: { value: found ? found.refused.length : null, unit: 'graphs', goal: exactly(0), isJudgedQuick: true },
    largest_difference: {
      value: found ? found.largestDifference : null,
      unit: 'ratio',
      goal: atMost(LARGEST_DIFFERENCE),
      isJudgedQuick: true,
    },
  }
}

interface Found {
  /** Versions of the checker and the runtime. */
  readonly by: string
  readonly largestDifference: number
  /** Each refusal with its reason. */
  readonly refused: readonly string[]
}

function checkElsewhere(directory: string, say: BenchScope['say']): Found | undefined {
  const interpreter = process.env.FRESHET_BENCH_PYTHON
  if (!interpreter) {
    say('nothing was checked: FRESHET_BENCH_PYTHON names no Python that has onnx and onnxruntime')
    return undefined
  }
  const { status, stdout, stderr } = spawnSync(interpreter, [PEER_SCRIPT, directory], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new UnavailableError('the ONNX checker', stderr.trim().split('\n').at(-1) ?? '')
  const [by, largestDifference, ...refused] = stdout.trim().split('\n')
  return { by, largestDifference: Number(largestDifference), refused }
}

void runBench('onnx-check', onnxCheck).then((code) => process.exit(code))
