import { Module } from '@nestjs/common'
import type { ReplicaTools } from '@freshet/learner'
import { readDictionaries, RUNTIME, type Runtime } from '@freshet/service'
import { replicaGraph } from './replica/replica-graph'
import { REPLICA_TOOLS, ReplicaController } from './replica/replica.controller'
import { replicaTools } from './replica/replica.module'
import { TrainerController } from './trainer.controller'
import { TrainerService } from './trainer.service'
import { VersionTransfer } from './version-transfer'

/** The learning stage: examples in, cuts, steps, results and versions out; and shards for trainers elsewhere. */
@Module({
  providers: [TrainerService, VersionTransfer, { provide: REPLICA_TOOLS, inject: [RUNTIME], useFactory: toolsOf }],
  controllers: [TrainerController, ReplicaController],
})
export class TrainerModule {}

/** As a replica it computes by the dictionary that holds. */
function toolsOf({ log, firstDictionary }: Runtime): ReplicaTools {
  return replicaTools(async () => replicaGraph((await readDictionaries(log, firstDictionary)).current))
}
