import { Module } from '@nestjs/common'
import { DeadLettersController } from './dead-letters.controller'
import { EventsController } from './events.controller'
import { IngestController } from './ingest.controller'
import { IngestService } from './ingest.service'

/** The observing stage: events, items and users in; validated, durable records in the log. */
@Module({ providers: [IngestService], controllers: [IngestController, DeadLettersController, EventsController] })
export class IngestModule {}
