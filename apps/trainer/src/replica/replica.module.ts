import { type DynamicModule, Module } from '@nestjs/common'
import type { ReplicaGraph, ReplicaTools } from '@freshet/learner'
import { compileInThread, type GraphThreadOptions } from './graph-thread'
import { REPLICA_TOOLS, ReplicaController } from './replica.controller'

const ONNX: GraphThreadOptions = { compiler: { module: require.resolve('@freshet/onnx'), name: 'compileOnnx' } }

/** What a replica computes with: `graph` gives what this process would learn with now; it is asked whenever a stream opens. */
export const replicaTools = (graph: () => Promise<ReplicaGraph>, thread = ONNX): ReplicaTools => ({
  graph,
  compile: compileInThread(thread),
})

/** Computes logical shards for trainers elsewhere. */
@Module({})
export class ReplicaModule {
  static of(tools: ReplicaTools): DynamicModule {
    return { module: ReplicaModule, controllers: [ReplicaController], providers: [{ provide: REPLICA_TOOLS, useValue: tools }] }
  }
}
