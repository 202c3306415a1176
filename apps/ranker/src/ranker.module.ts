import { Module } from '@nestjs/common'
import { AnswersController } from './answers.controller'
import { RankerController } from './ranker.controller'
import { RankerService } from './ranker.service'

/** The answering stage: requests in, lists out that contain what was learned a moment ago. */
@Module({ providers: [RankerService], controllers: [RankerController, AnswersController] })
export class RankerModule {}
