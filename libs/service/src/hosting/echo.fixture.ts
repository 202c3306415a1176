import { InvalidFieldError, systemClock, type Clock } from '@freshet/kernel'
import { IngestService, MigratorService, type ingest, type migrator } from '@freshet/contracts/services'
import { Body, Controller, Module, Post } from '@nestjs/common'
import { Ctx, GrpcMethod, GrpcStreamCall, Payload } from '@nestjs/microservices'
import { pino } from 'pino'
import { loadConfig } from '../config/load-config'
import type { ConfigInput } from '../config/schema'
import { Complaints } from '../runtime/complaints'
import type { Runtime } from '../runtime/runtime'
import type { CallContext } from './call-context'
import type { Readiness } from './readiness'
import { serve, type Served } from './serve'

/** What the echo service was told, and what it may be told to wait for. */
export const echo = {
  signals: [] as AbortSignal[],
  produced: 0,
  gate: Promise.resolve(),
  entered: (): void => undefined,
}

/** An obedient service over real definitions: what `sourceAddress` says is what it does. */
@Controller()
class EchoController {
  @GrpcMethod('Migrator', 'Move')
  async *move(@Payload() request: migrator.MoveRequest, @Ctx() { signal }: CallContext): AsyncGenerator<migrator.MoveResponse> {
    echo.signals.push(signal)
    for (let i = 0; i < Number(request.sourceAddress); i++) {
      echo.produced++
      yield move({ sourceStep: i, detail: request.targetAddress })
    }
    if (request.targetAddress === 'fail') throw refused()
  }

  @GrpcMethod('Migrator', 'GetStatus')
  status(): migrator.GetStatusResponse {
    return { moves: [move({ sourceStep: 7 })] }
  }

  @GrpcMethod('Ingest', 'GetStatus')
  unwell(): ingest.GetStatusResponse {
    throw refused()
  }

  @GrpcMethod('Ingest', 'OpenReplay')
  async open({ source }: ingest.OpenReplayRequest, { signal }: CallContext): Promise<ingest.OpenReplayResponse> {
    echo.signals.push(signal)
    echo.entered()
    await echo.gate
    if (source === 'refuse') throw refused()
    if (source === 'crash') throw new TypeError('secret/path/of/the/inside')
    return { replayId: source }
  }

  @GrpcStreamCall('Ingest', 'Stream')
  async *stream(call: AsyncIterable<ingest.StreamRequest>): AsyncGenerator<ingest.StreamResponse> {
    for await (const { correlation } of call) {
      if (correlation === 13) throw refused()
      yield { correlation, acknowledgements: [], repetitions: 0 }
    }
  }

  @Post('echo')
  http(@Body() body: { readonly refuse?: boolean; readonly crash?: boolean }): unknown {
    if (body.refuse) throw refused()
    if (body.crash) throw new TypeError('secret/path/of/the/inside')
    return body
  }
}

/** The echo service as a module. */
@Module({ controllers: [EchoController] })
export class EchoModule {}

/** Where it listens, if not anywhere. */
interface EchoAddresses {
  readonly grpc?: string
  readonly http?: string
}

/** Both of the services, on ports of the machine's choice. */
export const serveEcho = (runtime = bareRuntime(), addresses: EchoAddresses = {}, readiness?: Readiness): Promise<Served> =>
  serve({
    name: 'echo',
    runtime,
    modules: [EchoModule],
    grpc: { address: addresses.grpc ?? '127.0.0.1:0', setting: 'all.grpc', services: [MigratorService, IngestService] },
    http: { address: addresses.http ?? '127.0.0.1:0', setting: 'all.http' },
    readiness,
  })

/** A runtime whose log and store are never asked: hosting needs neither. */
export function bareRuntime(overrides: ConfigInput = {}, clock: Clock = systemClock): Runtime {
  const unused = { log: {}, store: { positions: () => Promise.resolve({}) } } as unknown as Pick<Runtime, 'log' | 'store'>
  return {
    ...unused,
    config: loadConfig({ env: {}, overrides }),
    clock,
    logGeneration: '',
    complaints: new Complaints(),
    dictionary: { hash: '00000000000000ff' } as Runtime['dictionary'],
    firstDictionary: { hash: '00000000000000ff' } as Runtime['dictionary'],
    directory: '/nowhere',
    versionsDirectory: '/nowhere/versions',
    logger: pino({ level: 'silent' }),
    drain: new AbortController(),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

const refused = (): InvalidFieldError =>
  new InvalidFieldError({ field: 'limit', value: 0, rule: 'it must be 1 to 500', remedy: 'ask for 10 – or “fewer”' })

const move = (facts: Partial<migrator.MoveResponse>): migrator.MoveResponse => ({
  ...{ moveId: '', phase: 0, detail: '', sourceStep: 0, targetStep: 0, epoch: 0, gapMs: 0, digest: '' },
  ...facts,
})
