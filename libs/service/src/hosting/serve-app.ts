import type { ServiceDefinition } from '@grpc/grpc-js'
import type { Type } from '@nestjs/common'
import type { EventLog } from '@freshet/event-log'
import { isFreshetError } from '@freshet/kernel'
import { configFileOf } from '../config/arguments'
import { loadConfig } from '../config/load-config'
import { changedSettings } from '../config/paths'
import { withoutSecrets } from '../config/redact'
import type { Config } from '../config/schema'
import { EXIT_CODE } from '../errors/status-tables'
import { openRuntime } from '../runtime/open-runtime'
import type { Host, Runtime } from '../runtime/runtime'
import { assertFree, type Listen } from './addresses'
import type { Readiness } from './readiness'
import { openLogger } from '../telemetry/logger'
import { serve, type Served } from './serve'
import { openWaitingRoom } from './waiting-room'

/** The sections of the configuration that are services. */
export type ServiceSection = 'ingest' | 'featureStore' | 'trainer' | 'migrator' | 'ranker' | 'all'

/** One service as its package exports it: what `main.ts` runs alone, and the all-in-one beside others. */
export interface App {
  readonly name: string
  readonly section: ServiceSection
  readonly module: Type
  readonly services: readonly ServiceDefinition[]
}

/** Runs one service as this process: `--config FILE` and FRESHET_* configure it, SIGTERM and SIGINT end it. */
export async function serveApp(app: App): Promise<void> {
  try {
    const config = loadConfig({ file: configFileOf(process.argv.slice(2)) })
    await assertPlaceFree(config, app.section)
    const logger = openLogger({ name: app.name, level: config.logging.level })
    const runtime = await openRuntime(config, { logger, whileWaiting: (log) => receive([app], { config, section: app.section, log }) })
    const stopped = untilSignal(runtime)
    const served = await serveApps([app], { runtime, name: app.name, section: app.section }).catch(async (error: unknown) => {
      await runtime[Symbol.asyncDispose]()
      throw error
    })
    announce(app.name, served, runtime)
    await stopped
    await served.close()
    await runtime[Symbol.asyncDispose]()
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${app.name}: ${isFreshetError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`)
    process.exit(isFreshetError(error) ? EXIT_CODE[error.code] : 1)
  }
}

/** Where several apps of one process listen, and under which name they count. */
export interface Placement {
  readonly runtime: Runtime
  readonly name: string
  readonly section: ServiceSection
  readonly readiness?: Readiness
}

/**
 * Finds out whether a section's addresses can be listened on: before a data set is made for nothing.
 *
 * throws  PortInUseError naming the address and its setting
 */
export const assertPlaceFree = (config: Config, section: ServiceSection): Promise<void> =>
  assertFree(Object.values(listensOf(config, section)))

/** Hosts apps together on the addresses of one section. */
export function serveApps(apps: readonly App[], { runtime, name, section, readiness }: Placement): Promise<Served> {
  const { grpc, http } = listensOf(runtime.config, section)
  return serve({
    name,
    runtime,
    modules: apps.map((app) => app.module),
    grpc: { ...grpc, services: apps.flatMap((app) => app.services) },
    http,
    readiness,
  })
}

/** Where apps will listen once their log answers. */
export interface Reception {
  readonly config: Config
  readonly section: ServiceSection
  readonly log: EventLog
}

/**
 * Answers on the addresses of a section until its apps can: see {@link openWaitingRoom}. A signal ends the process at once meanwhile: nothing was
 * accepted that would have to be drained. Where it is the first of a container, it would not end by itself.
 */
export async function receive(apps: readonly App[], { config, section, log }: Reception): Promise<AsyncDisposable> {
  const { grpc, http } = listensOf(config, section)
  const room = await openWaitingRoom({ name: config.name, log, grpc: { ...grpc, services: apps.flatMap((app) => app.services) }, http })
  const leave = (): never => process.exit(0)
  for (const name of SIGNALS) process.on(name, leave)
  return {
    async [Symbol.asyncDispose]() {
      for (const name of SIGNALS) process.removeListener(name, leave)
      await room[Symbol.asyncDispose]()
    },
  }
}

const listensOf = (config: Config, section: ServiceSection): Record<'grpc' | 'http', Listen> => ({
  grpc: { address: config[section].grpc, setting: `${section}.grpc` },
  http: { address: config[section].http, setting: `${section}.http` },
})

/** The boot lines: what is served, where, and by which settings. */
export function announce(name: string, served: Served, { logger, directory, dictionary, config }: Runtime): void {
  const { grpcAddress: grpc, httpAddress: http } = served
  logger.info({ service: name, grpc, http, directory, dictionary: dictionary.hash }, 'serving')
  logger.info(
    { config: withoutSecrets(config), changed: withoutSecrets(changedSettings(config)) },
    'settings, and those of them that differ from the defaults',
  )
}

/**
 * Resolves at the first SIGTERM or SIGINT; the second ends the process at once, as the system does. It must not end by
 * `process.exit`: that takes native code down under a thread which still runs it, and the process aborts.
 */
export function untilSignal(runtime: Host): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      runtime.logger.info({ signal, drainMs: runtime.config.drainMs }, 'draining')
      for (const name of SIGNALS) process.removeListener(name, stop)
      resolve(signal)
    }
    for (const name of SIGNALS) process.on(name, stop)
  })
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
