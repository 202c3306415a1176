import { InferenceSession, Tensor } from 'onnxruntime-node'
import {
  bindFeeds,
  bindSymbols,
  type Bindings,
  cellCount,
  type CompileGraph,
  type Feed,
  type GraphRunner,
  type GraphSpec,
} from '@freshet/tensor'
import { onnxBytes } from './onnx-bytes'
import { CPU } from './providers'

/** How graphs are run. */
export interface OnnxOptions {
  /** Threads inside an operation; more than one may change the last bits of a sum. */
  readonly threads?: number
  /** The execution provider; the CPU unless told. What it cannot compute of a graph, the CPU does. */
  readonly provider?: string
}

/**
 * Graphs run by ONNX Runtime, on the CPU unless told: one thread, in order, asleep between runs, so that equal feeds give equal bits.
 *
 * `run` occupies the calling thread until it is done, whatever its promise suggests: long work belongs in a worker thread.
 */
export function compileOnnx({ threads = 1, provider = CPU }: OnnxOptions = {}): CompileGraph {
  return async (spec) => new OnnxRunner(spec, await InferenceSession.create(onnxBytes(spec), sessionOptions(threads, provider)))
}

const sessionOptions = (threads: number, provider: string): InferenceSession.SessionOptions => ({
  executionProviders: [...new Set([provider, CPU])],
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
  logSeverityLevel: 3,
})

class OnnxRunner implements GraphRunner {
  constructor(
    private readonly spec: GraphSpec,
    private readonly session: InferenceSession,
  ) {}

  async run(feeds: Readonly<Record<string, Feed>>, spent?: Readonly<Record<string, Float32Array>>): Promise<Record<string, Float32Array>> {
    const bindings = bindFeeds(this.spec, feeds)
    const tensors: Record<string, Tensor> = {}
    for (const name of this.session.inputNames) tensors[name] = new Tensor('float32', feeds[name].data, feeds[name].shape)
    const places = this.places(bindings, spent)
    const results = await this.session.run(tensors, places)
    // where a place was given, that array is the owner of the memory, and what the runtime gives only looks at it
    const dataOf = (name: string): Tensor['data'] => (places[name] ?? results[name]).data
    return Object.fromEntries(Object.keys(this.spec.outputs).map((name, i) => [name, float32(dataOf(this.session.outputNames[i]))]))
  }

  release(): Promise<void> {
    return this.session.release()
  }

  /** Where each output goes: into what is spent of its size, or else, for null, into memory that the runtime takes. */
  private places(bindings: Bindings, spent: Readonly<Record<string, Float32Array>> = {}): Record<string, Tensor | null> {
    return Object.fromEntries(
      Object.entries(this.spec.outputs).map(([name, node], i) => {
        const shape = bindSymbols(node.shape, bindings)
        const fits = spent[name]?.length === cellCount(shape)
        return [this.session.outputNames[i], fits ? new Tensor('float32', spent[name], shape) : null]
      }),
    )
  }
}

const float32 = (data: Tensor['data']): Float32Array => (data instanceof Float32Array ? data : new Float32Array(0))
