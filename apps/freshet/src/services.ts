import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
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
  type ranker,
  trainer,
} from '@freshet/contracts/services'
import { NotFoundError, type Clock } from '@freshet/kernel'
import type { Client } from '@grpc/grpc-js'
import { call, connect, dataSetHealthName, isServed, serviceName, type Config } from '@freshet/service'
import { freeAddress, hostServices, type Section } from './all-in-one'

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
export async function withServices<T>(config: Config, needs: Needs, run: (clients: Clients) => Promise<T>): Promise<T> {
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
    if (missing.includes('ranker')) await until(clock, async () => isCurrent(await call(clients.ranker, 'getStatus', {})))
    if (missing.includes('trainer')) await until(clock, async () => isOwner(await call(clients.trainer, 'getStatus', {})))
    return run(clients)
  })
}

/**
 * For commands that read: a data set that is not there is not made.
 *
 * throws  NotFoundError naming those that are
 */
export function assertDataSet({ data, name }: Config): void {
  if (existsSync(join(data, name))) return
  const others = existsSync(data) ? readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
  const remedy =
    others.length > 0
      ? `there are: ${others.map((entry) => entry.name).join(', ')} (--data NAME)`
      : 'make one by `freshet up` or `freshet import`'
  throw new NotFoundError('data set', join(data, name), remedy)
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
const ANY_DATA_SET = 'default' // a command without --data takes whatever runs
const QUIET = { level: 'warn' } as const // a command's own words are enough
const READY_MS = 30_000
const READY_POLL_MS = 20
const PASSING = new Set(['no-vectors', 'loading-items', 'model-behind']) // what time alone makes better

const DEFINITIONS = {
  ingest: IngestService,
  featureStore: FeatureStoreService,
  trainer: TrainerService,
  migrator: MigratorService,
  ranker: RankerService,
}

async function addressOf(config: Config, section: Section): Promise<string | undefined> {
  const service = serviceName(DEFINITIONS[section])
  for (const address of new Set([config[section].grpc, config.all.grpc])) {
    const isOurs = config.name === ANY_DATA_SET || (await isServed(address, dataSetHealthName(config.name)))
    if (isOurs && (await isServed(address, service))) return address
  }
  return undefined
}

const named = ({ name }: Config): string => (name === ANY_DATA_SET ? '' : ` for '${name}'`)

/** A ranker that was just started reads the journal and builds its vectors first, as one that runs has long done. */
const isCurrent = ({ journalPosition, journalEnd, provenance }: ranker.GetStatusResponse): boolean =>
  journalPosition >= journalEnd && !provenance?.degraded.some((reason) => PASSING.has(reason))

/** A trainer that was just started claims the model set when nobody shows that he lives. */
const isOwner = ({ role }: trainer.GetStatusResponse): boolean => role === trainer.TrainerRole.TRAINER_ROLE_OWNER

/** Waits a while; who is not ready then answers as well as it can. */
async function until(clock: Clock, isReady: () => Promise<boolean>): Promise<void> {
  const untilMs = clock.monotonicMs() + READY_MS
  while (clock.monotonicMs() < untilMs && !(await isReady())) await clock.sleep(READY_POLL_MS)
}
