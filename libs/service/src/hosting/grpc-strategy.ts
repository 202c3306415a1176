import {
  logVerbosity,
  Metadata,
  Server as GrpcServer,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import { ServerGrpc, type CustomTransportStrategy, type GrpcOptions } from '@nestjs/microservices'
import { dataSetHealthName } from '../client/probe'
import { isFreshetError, UnavailableError, type Clock } from '@freshet/kernel'
import type { Logger } from '../telemetry/logger'
import type { ServiceStatus } from '../telemetry/status-figures'
import type { Telemetry } from '../telemetry/telemetry'
import { addressOf, bindError, placeOf } from './addresses'
import { addHealth, type Health } from './health'
import { bidirectional, serverStream, settle, unary, type Invoke, type MethodHost } from './handlers'
import { measureCalls, withBoundedRequests } from './interceptors'
import type { Readiness } from './readiness'
import { addReflection } from './reflection'
import { serviceName } from './service-name'

/** What a gRPC server of Freshet is made of. */
export interface GrpcHosting {
  readonly address: string
  /** The setting that chose the address, for the remedy when it is taken. */
  readonly setting: string
  readonly services: readonly ServiceDefinition[]
  /** The name of the data set, so that a caller can tell whose answers it would get. */
  readonly dataSet: string
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly drain: AbortSignal
  /** Without it, the process is ready as soon as it listens. */
  readonly readiness?: Readiness
  readonly messageBytesMax: number
  readonly deadlineMs: number
}

/**
 * Nest's controllers on a grpc-js server that speaks by the generated definitions: one codec at run time and in types.
 *
 * Nest's own gRPC transport would load the .proto files again with another codec (docs/adr/0006). Of that transport only the
 * name is left: a handler of what Nest takes for `ServerGrpc` gets its call's context as second argument.
 */
export class GrpcStrategy extends ServerGrpc implements CustomTransportStrategy {
  private readonly invokes = new Map<string, Invoke>()
  private readonly health: Health
  private readonly server: GrpcServer
  private port = 0

  constructor(private readonly hosting: GrpcHosting) {
    super({} as GrpcOptions['options'])
    const { telemetry, clock } = hosting
    this.server = new GrpcServer({
      interceptors: [measureCalls(telemetry, clock)],
      'grpc.max_receive_message_length': TRANSPORT_BYTES_MAX,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_MS,
    })
    this.health = addHealth(this.server)
    this.health.starting('')
  }

  /** Where it listens; the port is the real one when 0 was asked for. */
  get address(): string {
    return addressOf(placeOf(this.hosting.address).host, this.port)
  }

  override addHandler(pattern: { service: string; rpc: string }, callback: unknown): void {
    this.invokes.set(`${pattern.service}/${pattern.rpc}`, callback as Invoke)
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    this.hosting.services.forEach((service) => this.host(service))
    this.health.serving(dataSetHealthName(this.hosting.dataSet))
    void (this.hosting.readiness?.reached ?? Promise.resolve()).then(() => this.health.serving(''))
    addReflection(this.server, this.hosting.services)
    this.server.bindAsync(this.hosting.address, ServerCredentials.createInsecure(), (error, port) => {
      this.port = port
      callback(error ? bindError(this.hosting, error.message.includes('EADDRINUSE') ? { code: 'EADDRINUSE' } : error) : undefined)
    })
  }

  /** Says under a name of its own how something does that the process leans on. */
  turn(name: string, isServing: boolean): void {
    if (isServing) this.health.serving(name)
    else this.health.starting(name)
  }

  /** What the services hosted here say of themselves; who does not answer soon is left out. */
  async statuses(): Promise<ServiceStatus[]> {
    const asking = [...this.invokes].filter(([route]) => route.endsWith(STATUS_ROUTE)).map(([route, invoke]) => this.ask(route, invoke))
    return (await Promise.all(asking)).filter((status) => status !== undefined)
  }

  /** Tells probes to look elsewhere, takes no new connection, and ends when the calls in flight have, at most after `boundMs`. */
  async drain(boundMs: number): Promise<void> {
    this.health.drain()
    const bound = new AbortController()
    const ended = new Promise<'ended'>((resolve) => this.server.tryShutdown(() => resolve('ended')))
    const cut = this.hosting.clock.sleep(boundMs, bound.signal).then(() => 'cut' as const)
    if ((await Promise.race([ended, cut])) === 'cut') this.hosting.logger.warn({ boundMs }, 'calls that did not end in time were cut off')
    bound.abort()
    this.server.forceShutdown()
    await ended
  }

  override async close(): Promise<void> {
    this.server.forceShutdown()
  }

  override on(): never {
    throw new UnavailableError('the server as an event source', 'observe it by health checks and metrics')
  }

  override unwrap<T>(): T {
    return this.server as T
  }

  private async ask(route: string, invoke: Invoke): Promise<ServiceStatus | undefined> {
    const signal = AbortSignal.timeout(STATUS_MS)
    const gone = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
    const answer = settle(invoke({}, { signal, metadata: new Metadata(), deadlineMs: Infinity })).catch(() => undefined)
    const status = await Promise.race([answer, gone])
    return typeof status === 'object' && status !== null ? { service: route.slice(0, -STATUS_ROUTE.length), status } : undefined
  }

  private host(service: ServiceDefinition): void {
    const handlers: Record<string, UntypedHandleCall> = {}
    for (const [name, method] of Object.entries(service)) {
      const route = method.path.slice(method.path.lastIndexOf('.') + 1)
      const invoke = this.invokes.get(route)
      if (invoke) handlers[name] = adapt(method, this.methodHost(route, invoke))
      else this.hosting.logger.warn({ method: route }, 'no controller answers this method')
    }
    this.server.addService(withBoundedRequests(service, this.hosting.messageBytesMax), handlers)
    this.health.serving(serviceName(service))
  }

  private methodHost(method: string, invoke: Invoke): MethodHost {
    const { deadlineMs, drain, logger } = this.hosting
    const onError = (_: string, error: unknown): void => {
      if (isFreshetError(error)) logger.debug({ method, code: error.code }, error.message)
      else logger.error({ method, err: error }, 'a handler failed in a way that it did not foresee')
    }
    return { method, invoke, deadlineMs, drain, onError }
  }
}

if (!process.env.GRPC_VERBOSITY) setLogVerbosity(logVerbosity.NONE) // what it would print comes back to us as errors

const STATUS_ROUTE = '/GetStatus'
const STATUS_MS = 5000 // a scrape has ten seconds; that a log has fallen silent is known within five
const TRANSPORT_BYTES_MAX = 8 << 20 // above it the transport itself hangs up; below, the typed refusal of messageBytesMax answers
const KEEPALIVE_MS = 20_000 // so that a stream of a caller that vanished does not stay for ever

const adapt = (method: ServiceDefinition[string], host: MethodHost): UntypedHandleCall => {
  if (method.requestStream) return bidirectional(host)
  return method.responseStream ? serverStream(host) : unary(host)
}
