import type { App } from '@freshet/service'
import { IngestModule } from './ingest.module'
import { IngestDefinition } from './wire'

/** The ingest service, for its own process and for the all-in-one. */
export const ingestApp: App = { name: 'ingest', section: 'ingest', module: IngestModule, services: [IngestDefinition] }
