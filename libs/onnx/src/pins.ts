import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { env } from 'onnxruntime-node'
import { CPU } from './providers'

/** What must be equal, beside graph and state, for a replay to give equal bits. */
export interface RuntimePins {
  /** Version of ONNX Runtime. */
  readonly runtime: string
  /** Execution provider. */
  readonly provider: string
  /** Architecture, and those of its extensions by which the runtime chooses kernels. */
  readonly instructionSet: string
  /** Version of Node. */
  readonly node: string
}

/** The pins of this process, for graphs that run on `provider`. */
export const runtimePins = (provider: string = CPU): RuntimePins => ({
  runtime: `onnxruntime ${env.versions.node ?? env.versions.common}`,
  provider,
  instructionSet: [process.arch, ...vectorExtensions()].join(' '),
  node: process.version,
})

/** By these MLAS, the runtime's kernel library, dispatches at run time. */
const DISPATCHED = [
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx_vnni',
  'amx_tile',
  'asimd',
  'asimddp',
  'i8mm',
  'sve',
]

/** Linux names them; elsewhere the processor's name stands for what it can do. */
function vectorExtensions(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? ''
    const present = line.split(' ')
    return DISPATCHED.filter((extension) => present.includes(extension))
  } catch {
    return [cpus()[0]?.model.trim() ?? 'unknown']
  }
}
