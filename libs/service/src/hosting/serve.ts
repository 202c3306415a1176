import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { Module, type DynamicModule, type Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { MicroserviceOptions } from '@nestjs/microservices'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { letGo } from '../runtime/let-go'
import { RuntimeModule, type Host } from '../runtime/runtime'
import { nestLogger } from '../telemetry/logger'
import { engineFigures, keepKnown } from '../telemetry/engine-health'
import { statusFigures } from '../telemetry/status-figures'
import { openTelemetry } from '../telemetry/telemetry'
import { addressOf, assertFree, bindError, placeOf, type Listen } from './addresses'
import { watchConditions } from './condition-watch'
import { ErrorFilter } from './error-filters'
import { GrpcStrategy } from './grpc-strategy'
import { LOG_HEALTH_NAME, watchLog } from './log-watch'
import type { Readiness } from './readiness'
import { IS_READY, METRICS, StatusController } from './status.controller'

/** What a process serves. */
export interface ServeOptions {
  /** The `service` of its metrics. */
  readonly name: string
  readonly runtime: Host
  readonly modules: readonly Type[]
  readonly grpc: Listen & { readonly services: readonly ServiceDefinition[] }
  /** Without it, or with an empty address, nothing listens for HTTP. */
  readonly http?: Listen
  /** Without it, the process is ready as soon as it listens. */
  readonly readiness?: Readiness
}

/** A process that serves, until it is closed: then calls in flight end first, within `config.drainMs`. */
export interface Served extends AsyncDisposable {
  readonly grpcAddress: string
  readonly httpAddress?: string
  close(): Promise<void>
}

/**
 * Hosts modules on one gRPC and one HTTP server. The runtime stays its caller's, who closes it afterwards.
 *
 * throws  PortInUseError when somebody else listens there; nothing stays open then
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { runtime, grpc, http, readiness } = options
  const { config, clock, logger } = runtime
  await assertFree(http ? [grpc, http] : [grpc])
  const telemetry = openTelemetry(options.name)
  const { messageBytesMax, deadlineMs, name: dataSet } = config
  const drain = runtime.drain.signal
  const strategy = new GrpcStrategy({ ...grpc, clock, logger, telemetry, dataSet, drain, readiness, messageBytesMax, deadlineMs })
  const statuses = async (): Promise<string> => statusFigures(await strategy.statuses(), options.name)
  const metrics = async (): Promise<string> =>
    (await Promise.all([telemetry.registry.metrics(), engineFigures(runtime, options.name), statuses()])).join('')
  const root = rootModule(options, metrics)
  const app = await NestFactory.create<NestExpressApplication>(root, { logger: nestLogger(logger), bodyParser: false, abortOnError: false })
  app.useBodyParser('json', { limit: messageBytesMax })
  app.useGlobalFilters(new ErrorFilter(logger))
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true })
  try {
    await app.init()
    await app.startAllMicroservices()
    void watchLog({
      ...{ log: runtime.log, clock, logger, signal: drain },
      onTurn: (isServing) => strategy.turn(LOG_HEALTH_NAME, isServing),
    })
    void watchConditions({ ...runtime, signal: drain, onTurn: (name, isServing) => strategy.turn(name, isServing) })
    void keepKnown({ log: runtime.log, clock, signal: drain }, () => strategy.statuses())
    const httpAddress = http?.address ? await listen(app, http) : undefined
    return served(strategy, { app, runtime, httpAddress })
  } catch (error) {
    await app.close()
    throw error
  }
}

function rootModule({ runtime, modules, readiness }: ServeOptions, metrics: () => Promise<string>): DynamicModule {
  return {
    module: ServedModule,
    imports: [RuntimeModule.forRuntime(runtime), ...modules],
    controllers: [StatusController],
    providers: [
      { provide: METRICS, useValue: metrics },
      { provide: IS_READY, useValue: () => readiness?.isReady ?? true },
    ],
  }
}

@Module({})
class ServedModule {}

async function listen(app: NestExpressApplication, { address, setting }: Listen): Promise<string> {
  const { host, port } = placeOf(address)
  try {
    await app.listen(port, host)
  } catch (error) {
    throw bindError({ address, setting }, error)
  }
  const bound = app.getHttpServer().address() as AddressInfo
  return addressOf(host, bound.port)
}

interface Serving {
  readonly app: NestExpressApplication
  readonly runtime: Host
  readonly httpAddress: string | undefined
}

function served(strategy: GrpcStrategy, { app, runtime, httpAddress }: Serving): Served {
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= drainAndClose())
  const drainAndClose = async (): Promise<void> => {
    const over = new AbortController()
    runtime.drain.abort()
    void letGo(runtime, over.signal)
    await strategy.drain(runtime.config.drainMs)
    await app.close().finally(() => over.abort())
  }
  return { grpcAddress: strategy.address, httpAddress, close, [Symbol.asyncDispose]: close }
}
