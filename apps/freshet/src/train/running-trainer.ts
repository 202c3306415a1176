import { TrainerClient } from '@freshet/contracts/services'
import { UnavailableError } from '@freshet/kernel'
import { connect, type Config } from '@freshet/service'
import { dataOption } from '../known-data-sets'
import { findServices, triedFor } from '../services'

/** A client of the trainer of a data set, wherever it runs. Throws UnavailableError while nobody serves it. */
export async function findTrainer(config: Config): Promise<TrainerClient> {
  const { trainer: address } = await findServices(config, ['trainer'])
  if (address !== undefined) return connect(TrainerClient, address)
  const tried = triedFor(config, ['trainer']).join(' or ')
  throw new UnavailableError(`a trainer at ${tried}`, `start it: npx freshet up${dataOption(config)}`)
}
