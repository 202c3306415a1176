import { compileOnnx, graphHash } from '@freshet/onnx'
import { loadConfig, openHost } from '@freshet/service'
import { sourceArguments } from '@freshet/testing'
import type { CompileGraph } from '@freshet/tensor'
import { smallRanker } from './small-ranker.fixture'
import { serveReplica } from './serve-replica'

/** A runtime that rounds otherwise: one bit of one output is another. */
export const compileOtherwise = (): CompileGraph => async (spec) => {
  const runner = await compileOnnx()(spec)
  return {
    release: () => runner.release(),
    run: async (feeds) => {
      const outputs = await runner.run(feeds)
      const scores = Float32Array.from(outputs.scores)
      new Uint32Array(scores.buffer)[1] ^= 1
      return { ...outputs, scores }
    },
  }
}

/** A process that is a replica: `directory address hidden compiler`. */
async function main([data, address, hidden, compiler]: string[]): Promise<void> {
  const host = openHost(loadConfig({ env: {}, overrides: { data, replica: { grpc: address }, logging: { level: 'silent' } } }), 'replica')
  const { gradient } = smallRanker(Number(hidden))
  const thread = { compiler: { module: __filename, name: compiler }, execArgv: [...sourceArguments] }
  const graph = { hash: graphHash(gradient), gradient }

  const served = await serveReplica(host, { graph: async () => graph, thread })
  process.on('message', () => void served.close().then(() => process.exit(0)))
  process.send?.(served.grpcAddress)
}

export { compileOnnx }

if (require.main === module) void main(process.argv.slice(2))
