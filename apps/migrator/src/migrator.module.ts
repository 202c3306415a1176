import { Module } from '@nestjs/common'
import { MigratorController } from './migrator.controller'

/** The moving stage: a running trainer, and then the same trainer, running elsewhere. */
@Module({ controllers: [MigratorController] })
export class MigratorModule {}
