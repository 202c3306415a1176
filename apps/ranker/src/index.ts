import { RankerService as RankerDefinition } from '@freshet/contracts/services'
import type { App } from '@freshet/service'
import { RankerModule } from './ranker.module'

/** The ranker service, for its own process and for the all-in-one. */
export const rankerApp: App = { name: 'ranker', section: 'ranker', module: RankerModule, services: [RankerDefinition] }
