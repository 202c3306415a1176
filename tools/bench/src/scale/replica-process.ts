import { graphHash } from '@freshet/onnx'
import { loadConfig, openHost } from '@freshet/service'
import { serveReplica } from '@freshet/trainer-service/replica'
import { wideAndDeep } from '../step/wide-and-deep'

/** A process that is a replica for the model whose digests are compared: `directory address`. It says its address when it listens. */
async function main([data, address]: string[]): Promise<void> {
  const host = openHost(loadConfig({ env: {}, overrides: { data, replica: { grpc: address }, logging: { level: 'silent' } } }), 'replica')
  const { gradient } = wideAndDeep()
  const graph = { hash: graphHash(gradient), gradient }
  const served = await serveReplica(host, { graph: async () => graph })
  process.send?.(served.grpcAddress)
}

void main(process.argv.slice(2))
