import { compileOnnx } from '@freshet/onnx'
import { bindSymbols, inputName, type Feed, type GraphRunner } from '@freshet/tensor'
import { SIZES, type SequenceWork } from './work'

/** Sequences a shard: what a layer makes of 16 stays in a core's own cache, and of 64 it does not. */
export const SHARD = 16

const SUMMED = ['denseGradient', 'candidateGradient', 'loss'] as const

/** Forward and backward over one batch, shard by shard: what a step of training asks of the runtime. */
export class SequenceGradients {
  private readonly sums: Record<(typeof SUMMED)[number], Float32Array>

  private constructor(
    private readonly runner: GraphRunner,
    private readonly shards: readonly Readonly<Record<string, Feed>>[],
    { model }: SequenceWork,
  ) {
    const { candidates, width } = SIZES
    this.sums = {
      denseGradient: new Float32Array(model.parameterCount),
      candidateGradient: new Float32Array(candidates * width),
      loss: new Float32Array(1),
    }
  }

  static async open(work: SequenceWork): Promise<SequenceGradients> {
    return new SequenceGradients(await compileOnnx()(work.model.gradient), shardsOf(work), work)
  }

  /** Works out all gradients so many times; answers the seconds that it took. */
  async run(steps: number): Promise<number> {
    const startMs = performance.now()
    for (let i = 0; i < steps; i++) await this.gradients()
    return (performance.now() - startMs) / 1000
  }

  /** The loss of the batch. */
  async loss(): Promise<number> {
    await this.gradients()
    return this.sums.loss[0]
  }

  private async gradients(): Promise<void> {
    for (const name of SUMMED) this.sums[name].fill(0)
    for (const shard of this.shards) {
      const result = await this.runner.run(shard)
      for (const name of SUMMED) addTo(this.sums[name], result[name])
    }
  }
}

function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i]
}

/** What examples own is cut; what they share goes to every shard. */
function shardsOf({ model, batch, feeds }: SequenceWork): Readonly<Record<string, Feed>>[] {
  return Array.from({ length: batch / SHARD }, (_, nth) =>
    Object.fromEntries(
      model.gradient.inputs.map((node) => {
        const name = inputName(node)
        const shape = bindSymbols(
          node.shape,
          new Map([
            ['B', SHARD],
            ['candidates', SIZES.candidates],
          ]),
        )
        const cells = shape.reduce((product, length) => product * length, 1)
        const from = node.shape[0] === 'B' ? nth * cells : 0
        return [name, { data: feeds[name].subarray(from, from + cells), shape }]
      }),
    ),
  )
}
