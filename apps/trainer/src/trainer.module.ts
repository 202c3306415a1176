import { Module } from '@nestjs/common'
import { TrainerController } from './trainer.controller'
import { TrainerService } from './trainer.service'
import { VersionTransfer } from './version-transfer'

/** The learning stage: examples in, cuts, steps, results and versions out. */
@Module({ providers: [TrainerService, VersionTransfer], controllers: [TrainerController] })
export class TrainerModule {}
