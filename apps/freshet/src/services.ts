import {
  FeatureStoreClient,
  FeatureStoreService,
  IngestClient,
  IngestService,
  MigratorClient,
  MigratorService,
  RankerClient,
  RankerService,
  TrainerClient,
  TrainerService,
} from '@freshet/contracts/services'
import type { Client } from '@grpc/grpc-js'
import { call, connect, dataSetHealthName, isServed, serviceName, type Config } from '@freshet/service'
import { freeAddress, hostServices, type Section } from './all-in-one'
import { ANY_DATA_SET, assertDataSet, withRunningDataSet } from './known-data-sets'
import { rankerReady, trainerReady } from './readiness'

/** Clients of the services, wherever they run. */
export interface Clients {
  readonly ingest: IngestClient
  readonly featureStore: FeatureStoreClient
  readonly trainer: TrainerClient
  readonly migrator: MigratorClient
  readonly ranker: RankerClient
}

/** What a command needs of the services. */
export interface Needs {
  readonly sections: readonly Section[]
  /** Make the data set when there is none: for commands that bring data. */
  readonly canCreate?: boolean
  /** Told when services are hosted here, since nobody else serves them. */
  readonly note: (text: string) => void
}

/**
 * Runs a command against the services: those that run, by address; those that do not, hosted in this process for as long as
 * it takes. A process that serves another data set than the one that was named is passed by.
 *
 * throws  NotFoundError naming the data sets that there are, when the one that was named is none of them
 */
export async function withServices<T>(given: Config, needs: Needs, run: (clients: Clients) => Promise<T>): Promise<T> {
  const config = await withRunningDataSet(given)
  const found = await findServices(config, needs.sections)
  const missing = needs.sections.filter((section) => !found[section])
  if (missing.length === 0) return withClients(found, run)
  if (!needs.canCreate) assertDataSet(config)
  needs.note(`nobody serves ${missing.join(', ')}${named(config)}; hosting in this process`)
  const address = await freeAddress()
  const ranker = { ...config.ranker, ingestAddress: found.ingest ?? address }
  await using hosted = await hostServices({ ...config, ranker, all: { grpc: address, http: '' }, logging: QUIET }, missing)
  const addresses = { ...found, ...Object.fromEntries(missing.map((section) => [section, address])) }
  return await withClients(addresses, async (clients) => {
    const { clock } = hosted.runtime
    if (missing.includes('ranker')) await rankerReady(clock, () => call(clients.ranker, 'getStatus', {}))
    if (missing.includes('trainer')) await trainerReady(clock, () => call(clients.trainer, 'getStatus', {}))
    return run(clients)
  })
}

/** The address of each service that runs: at its own address, or in an all-in-one. */
export async function findServices(config: Config, sections: readonly Section[]): Promise<Addresses> {
  const found = await Promise.all(sections.map(async (section) => [section, await addressOf(config, section)] as const))
  return Object.fromEntries(found)
}

/** By service; absent where nobody serves it. */
export type Addresses = Partial<Readonly<Record<Section, string>>>

/** Opens clients at addresses, and closes them afterwards; a client without an address is never used. */
export async function withClients<T>(addresses: Addresses, run: (clients: Clients) => Promise<T>): Promise<T> {
  const at = (section: Section): string => addresses[section] ?? NOWHERE
  const clients: Clients = {
    ingest: connect(IngestClient, at('ingest')),
    featureStore: connect(FeatureStoreClient, at('featureStore')),
    trainer: connect(TrainerClient, at('trainer')),
    migrator: connect(MigratorClient, at('migrator')),
    ranker: connect(RankerClient, at('ranker')),
  }
  try {
    return await run(clients)
  } finally {
    for (const client of Object.values<Client>({ ...clients })) client.close()
  }
}

const NOWHERE = '127.0.0.1:1' // reserved; a call there says UNAVAILABLE at once
const QUIET = { level: 'warn' } as const // a command's own words are enough

const DEFINITIONS = {
  ingest: IngestService,
  featureStore: FeatureStoreService,
  trainer: TrainerService,
  migrator: MigratorService,
  ranker: RankerService,
}

/** The addresses at which services are looked for, each once. */
export const triedFor = (config: Config, sections: readonly Section[]): string[] => [
  ...new Set(sections.flatMap((section) => [config[section].grpc, config.all.grpc])),
]

async function addressOf(config: Config, section: Section): Promise<string | undefined> {
  const service = serviceName(DEFINITIONS[section])
  for (const address of triedFor(config, [section])) {
    const isOurs = config.name === ANY_DATA_SET || (await isServed(address, dataSetHealthName(config.name)))
    if (isOurs && (await isServed(address, service))) return address
  }
  return undefined
}

const named = ({ name }: Config): string => (name === ANY_DATA_SET ? '' : ` for '${name}'`)
