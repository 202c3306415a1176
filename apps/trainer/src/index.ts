import { ReplicaService, TrainerService as TrainerDefinition } from '@freshet/contracts/services'
import type { App } from '@freshet/service'
import { TrainerModule } from './trainer.module'

/** The trainer service, for its own process and for the all-in-one. */
export const trainerApp: App = { name: 'trainer', section: 'trainer', module: TrainerModule, services: [TrainerDefinition, ReplicaService] }
export { openTrainerOptions } from './trainer-options'
export { openVersionShelf } from './version-shelf'
