import { MigratorService as MigratorDefinition } from '@freshet/contracts/services'
import type { App } from '@freshet/service'
import { MigratorModule } from './migrator.module'

/** The migrator service, for its own process and for the all-in-one. */
export const migratorApp: App = { name: 'migrator', section: 'migrator', module: MigratorModule, services: [MigratorDefinition] }
