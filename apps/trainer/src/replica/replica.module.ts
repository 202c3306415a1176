import { type DynamicModule, Module } from '@nestjs/common'
import type { ReplicaGraph } from '@freshet/learner'
import { RUNTIME, type Runtime } from '@freshet/service'
import { compileInThread, type GraphThreadOptions } from './graph-thread'
import { REPLICA_TOOLS, ReplicaController } from './replica.controller'

/** Computes logical shards for trainers elsewhere. */
@Module({})
export class ReplicaModule {
  /** `graphOf` gives what this process would learn with now, from its own dictionary; it is asked whenever a stream opens. */
  static of(
    graphOf: (runtime: Runtime) => Promise<ReplicaGraph>,
    thread: GraphThreadOptions = { compiler: { module: require.resolve('@freshet/onnx'), name: 'compileOnnx' } },
  ): DynamicModule {
    const tools = { provide: REPLICA_TOOLS, inject: [RUNTIME], useFactory: toolsOf }
    return { module: ReplicaModule, controllers: [ReplicaController], providers: [tools] }

    function toolsOf(runtime: Runtime) {
      return { graph: () => graphOf(runtime), compile: compileInThread(thread) }
    }
  }
}
