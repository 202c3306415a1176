import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FeatureStoreClient, IngestClient, MigratorClient, RankerClient, TrainerClient } from '@freshet/contracts/services'
import { connect } from '@freshet/service'
import { Fleet, type FleetOptions, temporaryDirectory, type TemporaryDirectory } from '@freshet/testing'

/** The workspace, built. */
export const ROOT = resolve(__dirname, '../../..')

/** Small models and a join window of ten seconds. */
export const DICTIONARY = 'demo'

/** Clients of the five services. */
export interface Clients extends Disposable {
  readonly ingest: IngestClient
  readonly features: FeatureStoreClient
  readonly trainer: TrainerClient
  readonly migrator: MigratorClient
  readonly ranker: RankerClient
}

/** Five processes on a data set of their own. */
export interface House extends Clients, AsyncDisposable {
  readonly fleet: Fleet
  readonly directory: TemporaryDirectory
  /** Where the data sets lie; `default` is the one that the fleet serves. */
  readonly data: string
}

/** Starts the services and connects to them. */
export async function openHouse(options: Partial<FleetOptions> = {}): Promise<House> {
  const directory = await temporaryDirectory()
  const data = directory.within('data')
  await mkdir(data)
  const fleet = await Fleet.start({ root: ROOT, data, dictionary: DICTIONARY, ...options })
  const clients = connectAll((service) => fleet.address(service))
  return {
    ...{ ...clients, fleet, directory, data },
    async [Symbol.asyncDispose]() {
      clients[Symbol.dispose]()
      await fleet[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** Clients of the services at their addresses. */
export function connectAll(addressOf: (service: 'ingest' | 'feature-store' | 'trainer' | 'migrator' | 'ranker') => string): Clients {
  const clients = {
    ingest: connect(IngestClient, addressOf('ingest')),
    features: connect(FeatureStoreClient, addressOf('feature-store')),
    trainer: connect(TrainerClient, addressOf('trainer')),
    migrator: connect(MigratorClient, addressOf('migrator')),
    ranker: connect(RankerClient, addressOf('ranker')),
  }
  return {
    ...clients,
    [Symbol.dispose]: () => {
      for (const client of Object.values(clients)) client.close()
    },
  }
}

/** The settings by which a client finds the services of a fleet; the all-in-one is nowhere. */
export const settingsOf = ({ fleet, data }: Pick<House, 'fleet' | 'data'>): Record<string, string> => ({
  FRESHET_DATA: data,
  FRESHET_INGEST_GRPC: fleet.address('ingest'),
  FRESHET_FEATURE_STORE_GRPC: fleet.address('feature-store'),
  FRESHET_TRAINER_GRPC: fleet.address('trainer'),
  FRESHET_MIGRATOR_GRPC: fleet.address('migrator'),
  FRESHET_RANKER_GRPC: fleet.address('ranker'),
  FRESHET_ALL_GRPC: '127.0.0.1:1',
})
