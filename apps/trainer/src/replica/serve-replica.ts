import { Module } from '@nestjs/common'
import { ReplicaService } from '@freshet/contracts/services'
import type { ReplicaGraph } from '@freshet/learner'
import { type Runtime, serve, type Served } from '@freshet/service'
import type { GraphThreadOptions } from './graph-thread'
import { ReplicaModule } from './replica.module'

/** A process that is a replica and nothing else. */
export interface ReplicaProcess {
  readonly runtime: Runtime
  /** host:port to listen on. */
  readonly address: string
  /** What it would learn with, from its own declaration. */
  readonly graphOf: (runtime: Runtime) => Promise<ReplicaGraph>
  /** What its graphs are compiled with; ONNX Runtime unless given. */
  readonly thread?: GraphThreadOptions
}

/** Hosts a replica alone: it computes for whoever asks, learns nothing, and keeps nothing. The runtime stays its caller's. */
export function serveReplica({ runtime, address, graphOf, thread }: ReplicaProcess): Promise<Served> {
  @Module({ imports: [ReplicaModule.of(graphOf, thread)] })
  class ReplicaProcessModule {}

  return serve({
    ...{ name: 'replica', runtime, modules: [ReplicaProcessModule] },
    grpc: { address, setting: 'trainer.grpc', services: [ReplicaService] },
  })
}
