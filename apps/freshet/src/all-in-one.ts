import { createServer, type AddressInfo } from 'node:net'
import {
  assertPlaceFree,
  openRuntime,
  receive,
  serveApps,
  type App,
  type Config,
  type Readiness,
  type Runtime,
  type Served,
  type ServiceSection,
} from '@freshet/service'

/** A part of the whole: the five services. */
export type Section = Exclude<ServiceSection, 'all'>

/** All of them, in the order of an event's way. */
export const SECTIONS: readonly Section[] = ['ingest', 'featureStore', 'trainer', 'migrator', 'ranker']

/** Services that run in this process. */
export interface Hosted extends AsyncDisposable {
  readonly runtime: Runtime
  readonly served: Served
}

/**
 * Runs services in this process, on the addresses of `config.all`: the same modules that run alone elsewhere. Probes of the whole process
 * wait for `readiness` where there is one; with it, a log that does not answer is waited for.
 *
 * throws  PortInUseError, and whatever openRuntime refuses; nothing stays open then
 */
export async function hostServices(config: Config, sections: readonly Section[] = SECTIONS, readiness?: Readiness): Promise<Hosted> {
  const apps = await Promise.all(sections.map((section) => APPS[section]()))
  await assertPlaceFree(config, 'all')
  const runtime = await openRuntime(config, { whileWaiting: readiness && ((log) => receive(apps, { config, section: 'all', log })) })
  try {
    const served = await serveApps(apps, { runtime, name: 'freshet', section: 'all', readiness })
    const close = async (): Promise<void> => {
      await served.close()
      await runtime[Symbol.asyncDispose]()
    }
    return { runtime, served, [Symbol.asyncDispose]: close }
  } catch (error) {
    await runtime[Symbol.asyncDispose]()
    throw error
  }
}

/** A loopback address that nobody listens on. */
export async function freeAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${port}`
}

/** Loaded when they are hosted: a command that only asks needs none of them. */
const APPS: Readonly<Record<Section, () => Promise<App>>> = {
  ingest: async () => (await import('@freshet/ingest-service')).ingestApp,
  featureStore: async () => (await import('@freshet/feature-store-service')).featureStoreApp,
  trainer: async () => (await import('@freshet/trainer-service')).trainerApp,
  migrator: async () => (await import('@freshet/migrator-service')).migratorApp,
  ranker: async () => (await import('@freshet/ranker-service')).rankerApp,
}
