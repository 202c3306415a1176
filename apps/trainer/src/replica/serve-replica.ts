import { Module } from '@nestjs/common'
import { ReplicaService } from '@freshet/contracts/services'
import type { ReplicaGraph } from '@freshet/learner'
import { configuredDictionary, type Host, serve, type Served } from '@freshet/service'
import type { GraphThreadOptions } from './graph-thread'
import { replicaGraph } from './replica-graph'
import { ReplicaModule, replicaTools } from './replica.module'

/** What a replica is otherwise than configured, in a test. */
export interface ReplicaParts {
  /** What it would learn with. */
  readonly graph?: () => Promise<ReplicaGraph>
  /** What its graphs are compiled with. */
  readonly thread?: GraphThreadOptions
}

/**
 * Hosts a replica alone, on the addresses of the section `replica`: it computes for whoever asks, learns nothing, and keeps nothing. Its graph is that of
 * the configured dictionary, read anew whenever a stream opens.
 *
 * throws  PortInUseError where somebody else listens there
 */
export function serveReplica(host: Host, parts: ReplicaParts = {}): Promise<Served> {
  const { config } = host
  const { graph = async () => replicaGraph(configuredDictionary(config)), thread } = parts

  @Module({ imports: [ReplicaModule.of(replicaTools(graph, thread))] })
  class ReplicaProcessModule {}

  return serve({
    ...{ name: 'replica', runtime: host, modules: [ReplicaProcessModule] },
    grpc: { address: config.replica.grpc, setting: 'replica.grpc', services: [ReplicaService] },
    http: { address: config.replica.http, setting: 'replica.http' },
  })
}
